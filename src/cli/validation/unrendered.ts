import { CANARY, PREFIX } from '../../rollout/keys.ts';
import { SETTINGS } from '../../rollout/spec/annotations/annotation-keys.ts';
import { isRecord, type Path, pathText, valueAt } from '../../rollout/spec/rules/findings.ts';
import { shown } from '../../rollout/spec/wording/explain.ts';
import type { SourceObject } from '../documents.ts';
import { isCanary, isDeployment, type Value } from './value.ts';

/** Helm and Jinja, envsubst and Flux, kustomize, and others. */
const PLACEHOLDER = /\{\{|\{%|<%|\$\{|\$\([A-Za-z_]/;

/** Where in an object placeholders keep it from being judged; elsewhere they may be meant for the program in the pod. */
const READ: readonly Path[] = [
  ['metadata', 'name'],
  ['metadata', 'namespace'],
  ['metadata', 'labels'],
];
const READ_OF_DEPLOYMENTS: readonly Path[] = [
  ['spec', 'replicas'],
  ['spec', 'selector'],
  ['spec', 'template', 'metadata', 'labels'],
];
const READ_OF_CANARIES: readonly Path[] = [
  ['spec', 'targetRef'],
  ['spec', 'service'],
  ['spec', 'selectorLabel'],
];

/** The first thing in a file that is still to be filled in, for a person; undefined where all can be judged. @param isRoute of the mesh */
export function unrenderedIn(objects: readonly SourceObject[], isRoute: (value: Value) => boolean): string | undefined {
  for (const { place, value } of objects) {
    const found = placeholderIn(value, isRoute);
    if (found !== undefined)
      return `${place}: is not rendered yet (${found}), and nothing of this file was judged; fill it in (envsubst, kustomize build, helm template) and give what comes out`;
  }
  return undefined;
}

function placeholderIn(value: Value, isRoute: (value: Value) => boolean): string | undefined {
  const found = readOf(value, isRoute).flatMap((path) => textsUnder(valueAt(value, path), path));
  const first = found.find(({ text }) => PLACEHOLDER.test(text));
  return first && `${pathText(`${first.path[0]}`, first.path.slice(1))}: ${shown(first.text)}`;
}

function readOf(value: Value, isRoute: (value: Value) => boolean): Path[] {
  if (isDeployment(value)) return [...READ, ...annotationsOf(value), ...READ_OF_DEPLOYMENTS, ...containersOf(value)];
  if (isCanary(value)) return [...READ, ...READ_OF_CANARIES];
  const isNeighbour = isRoute(value) || (value['kind'] === 'Service' && value['apiVersion'] === 'v1');
  return isNeighbour ? [...READ, ['spec']] : [];
}

/** Those that are not YAML: such a text may have placeholders of its own, of queries and of hooks. */
function annotationsOf(value: Value): Path[] {
  const annotations = valueAt(value, ['metadata', 'annotations']);
  const keys = isRecord(annotations) ? Object.keys(annotations) : [];
  const isPlain = (key: string) =>
    key === CANARY || (key.startsWith(PREFIX) && SETTINGS.get(key.slice(PREFIX.length))?.isYaml !== true);
  return keys.filter(isPlain).map((key) => ['metadata', 'annotations', key]);
}

function containersOf(value: Value): Path[] {
  const lists = ['containers', 'initContainers'].map((list): Path => ['spec', 'template', 'spec', list]);
  return lists.flatMap((list) => {
    const entries = valueAt(value, list);
    return Array.isArray(entries)
      ? entries.flatMap((_, index): Path[] => [
          [...list, index, 'name'],
          [...list, index, 'ports'],
        ])
      : [];
  });
}

/** All texts of a value, keys too. */
function textsUnder(value: unknown, path: Path): { path: Path; text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (Array.isArray(value)) return value.flatMap((entry, index) => textsUnder(entry, [...path, index]));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, entry]) => [{ path, text: key }, ...textsUnder(entry, [...path, key])]);
}

/** Images that are still to be filled in: nothing depends on them here. */
export function imageDoubt({ spec }: Value): string | undefined {
  const containers = valueAt(spec, ['template', 'spec', 'containers']);
  const images = Array.isArray(containers) ? containers.map((entry) => valueAt(entry, ['image'])) : [];
  const found = images.find((image) => typeof image === 'string' && PLACEHOLDER.test(image));
  return found === undefined ? undefined : `has ${shown(found)}, which is still to be filled in; all else was judged`;
}
