import { isDeepStrictEqual } from 'node:util';
import { CANARY, PREFIX } from '../../rollout/keys.ts';
import { SETTINGS, type Setting } from '../../rollout/spec/annotations/annotation-keys.ts';
import { isNumber, isRecord, valueAt } from '../../rollout/spec/rules/findings.ts';
import { formatDuration } from '../../rollout/spec/schema/durations.ts';
import { yamlText } from '../yaml-text.ts';
import type { Made } from './canary.ts';
import { textAt } from './flagger-object.ts';
import { noteOn } from './remark.ts';
import type { TranslatedObject } from './translation.ts';

export type OutputFormat = 'yaml' | 'json';

/** Objects to apply, or annotations to patch Deployments with. */
export type Form = 'canary' | 'annotations';

/** Documents after one another, as `kubectl apply -f` reads them. */
export function objectsText(objects: readonly TranslatedObject[], format: OutputFormat): string {
  const made = objects.flatMap((object) => object.made ?? []);
  return format === 'json' ? made.map(json).join('') : made.map(yamlText).join('---\n');
}

/** For each Canary a patch of its Deployment, as `kubectl patch --patch-file` reads it; the command stands above it. */
export function patchesText(objects: readonly TranslatedObject[], format: OutputFormat): string {
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
export function unpatched(object: TranslatedObject): TranslatedObject {
  if (object.made === undefined || object.made.kind === 'Canary') return object;
  const message = 'is an object of its own, which --as canary writes';
  return { ...object, remarks: [...object.remarks, noteOn('kind', message, object.made.kind)] };
}

const json = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;

/** The annotations of a Deployment that say what the `spec` of a Canary says, the opt-in first. */
export function annotationsOf(spec: unknown): Record<string, string> {
  const settings = [...SETTINGS].flatMap(([name, setting]): [string, string][] => {
    const value = valueAt(spec, setting.path);
    return value === undefined ? [] : [[PREFIX + name, textFor(setting, value)]];
  });
  return { [CANARY]: 'true', ...Object.fromEntries(settings) };
}

/** The text that an annotation's own reader takes for the value; so writing follows whatever reading is. */
function textFor({ read }: Setting, value: unknown): string {
  const isRead = (text: string): boolean => {
    const reading = read(text);
    return reading.ok && isDeepStrictEqual(reading.value, value);
  };
  return writings(value).find(isRead) ?? yamlText(value);
}

/** The ways in which a value may stand in an annotation, the plainest first. */
function writings(value: unknown): string[] {
  const plain = typeof value === 'string' ? [value] : [];
  const spoken = isNumber(value) || typeof value === 'boolean' ? [`${value}`] : [];
  const seconds = isNumber(value) ? [formatDuration(value * 1_000)] : [];
  const listed = Array.isArray(value) ? [value.length === 0 ? '[]' : value.join(',')] : [];
  const named = isRecord(value)
    ? [`${String(value['name'])}`, `${String(value['kind'])}/${String(value['name'])}`]
    : [];
  return [...plain, ...spoken, ...seconds, ...listed, ...named, yamlText(value)];
}
