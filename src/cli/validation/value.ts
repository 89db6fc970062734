import { API_GROUP } from '../../rollout/keys.ts';
import { isRecord, type Path, valueAt } from '../../rollout/spec/rules/findings.ts';
import type { SourceObject } from '../documents.ts';

/** An object of a file, of any shape. */
export type Value = SourceObject['value'];

/** What stands there, as text if it is none: a wrong type is complained of elsewhere. */
export function textOrJson(value: Value, ...path: string[]): string | undefined {
  const found = valueAt(value, path);
  return typeof found === 'string' ? found : JSON.stringify(found);
}

/** A map there; none where it is something else. */
export function mapAt(value: Value, ...path: string[]): Record<string, unknown> {
  const found = valueAt(value, path);
  return isRecord(found) ? found : {};
}

export const isCanary = ({ apiVersion, kind }: Value): boolean =>
  kind === 'Canary' && String(apiVersion).startsWith(`${API_GROUP}/`);

/** The only kind that can be held. */
export const isDeployment = ({ apiVersion, kind }: Value): boolean => kind === 'Deployment' && apiVersion === 'apps/v1';

/** Where nothing else is said, files mean this namespace. */
export const namespaceIn = (value: Value): string => textOrJson(value, 'metadata', 'namespace') ?? 'default';

/** The API group of an object; empty for the core's. */
export function groupOf({ apiVersion }: Value): string {
  const [group, version] = String(apiVersion).split('/');
  return version === undefined ? '' : (group ?? '');
}

/** `Deployment prod/podinfo` */
export function subjectOf(value: Value): string {
  const name = [textOrJson(value, 'metadata', 'namespace'), textOrJson(value, 'metadata', 'name')]
    .filter(Boolean)
    .join('/');
  return `${String(value['kind'])} ${name}`.trim();
}

/** Every key of the maps in a value, with the path of its map and what stands under it. */
export function* keysIn(value: unknown, path: Path = []): Generator<{ path: Path; key: string; value: unknown }> {
  if (Array.isArray(value)) {
    for (const [index, entry] of value.entries()) yield* keysIn(entry, [...path, index]);
  } else if (isRecord(value)) {
    for (const [key, entry] of Object.entries(value)) {
      yield { path, key, value: entry };
      yield* keysIn(entry, [...path, key]);
    }
  }
}

/** What is applied with a namespace that it does not say itself, as by kubectl's -n. */
export const inNamespace = (objects: readonly SourceObject[], namespace: string | undefined): SourceObject[] =>
  objects.map(({ place, value }) => {
    const { metadata } = value;
    if (namespace === undefined || !isRecord(metadata) || metadata['namespace'] !== undefined) return { place, value };
    return { place, value: { ...value, metadata: { ...metadata, namespace } } };
  });
