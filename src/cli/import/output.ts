import { yamlText } from '../yaml-text.ts';
import { annotationsOf } from './annotation-writing.ts';
import type { Made } from './canary.ts';
import { textAt } from './texts.ts';
import type { Translated } from './translation.ts';

export type OutputFormat = 'yaml' | 'json';

/** Objects to apply, or annotations to patch Deployments with. */
export type Form = 'canary' | 'annotations';

/** Documents after one another, as `kubectl apply -f` reads them. */
export function objectsText(objects: readonly Translated[], format: OutputFormat): string {
  const made = objects.flatMap((object) => object.made ?? []);
  return format === 'json' ? made.map(json).join('') : made.map(yamlText).join('---\n');
}

/** For each Canary a patch of its Deployment, as `kubectl patch --patch-file` reads it; the command stands above it. */
export function patchesText(objects: readonly Translated[], format: OutputFormat): string {
  const canaries = objects.flatMap(({ made }) => (made?.kind === 'Canary' ? [made] : []));
  const patches = canaries.map(({ metadata, spec }) => ({
    command: patchCommand({ metadata, spec }),
    patch: { metadata: { annotations: annotationsOf(spec) } },
  }));
  if (format === 'json') return patches.map(({ patch }) => json(patch)).join('');
  return patches.map(({ command, patch }) => `# ${command}\n${yamlText(patch)}`).join('---\n');
}

function patchCommand({ metadata, spec }: Pick<Made, 'metadata' | 'spec'>): string {
  const place = metadata.namespace === undefined ? '' : ` -n ${metadata.namespace}`;
  return `kubectl patch deployment ${textAt(spec, 'targetRef', 'name')}${place} --patch-file FILE`;
}

/** What became of an object in the form of patches: what is no Canary has no place in them. */
export function unpatched(object: Translated): Translated {
  if (object.made?.kind !== 'AlertProvider') return object;
  const message = 'is an object of its own, which --as canary writes';
  return { ...object, remarks: [...object.remarks, { kind: 'note', key: 'kind', value: object.made.kind, message }] };
}

const json = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;
