import { isDeepStrictEqual } from 'node:util';
import jsonPatch from 'fast-json-patch';
import type { KubeObject } from '../../src/rollout/kube.ts';
import type { ObjectChange } from '../../src/rollout/object-change.ts';
import type { TrafficObjects } from '../../src/traffic/provider.ts';

/** The objects after these changes, deeply frozen. @throws where a change does not fit what is there, as an API server would refuse it */
export const applied = (objects: TrafficObjects, changes: readonly ObjectChange[]): TrafficObjects =>
  changes.reduce<TrafficObjects>((all, change) => frozen(written(all, change)), objects);

export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.values(value).forEach(frozen);
  return Object.freeze(value);
}

/** By which the API server tells an object from others. */
export const identity = ({ apiVersion, kind, metadata: { namespace, name, uid } }: KubeObject) =>
  ({ apiVersion, kind, namespace, name, uid }) as const;

const labelOf = ({ kind, metadata: { name } }: KubeObject): string => `${kind} ${name}`;

const isSame = (a: KubeObject, b: KubeObject): boolean =>
  a.kind === b.kind && a.metadata.name === b.metadata.name && a.metadata.namespace === b.metadata.namespace;

function written(objects: TrafficObjects, change: ObjectChange): TrafficObjects {
  const { object } = change;
  const present = objects.find((entry) => isSame(entry, object));
  if (change.do === 'create') {
    if (present) throw new Error(`${labelOf(object)} is there already`);
    return [...objects, versioned(objects, object)];
  }
  if (!isDeepStrictEqual(present?.metadata, object.metadata))
    throw new Error(`${labelOf(object)} is not as it was observed`);
  if (change.do === 'delete') return objects.filter((entry) => entry !== present);
  return objects.map((entry) => (entry === present ? patched(objects, object, change.operations) : entry));
}

function patched(
  objects: TrafficObjects,
  object: KubeObject,
  operations: Extract<ObjectChange, { do: 'patch' }>['operations'],
): KubeObject {
  const patch = structuredClone(operations) as Parameters<typeof jsonPatch.applyPatch>[1];
  const result = jsonPatch.applyPatch(structuredClone(object), patch, true).newDocument;
  if (!isDeepStrictEqual(identity(result), identity(object)))
    throw new Error(`${labelOf(object)} became another object`);
  return versioned(objects, result);
}

/** Newer than all that is there. */
function versioned(objects: TrafficObjects, { metadata, ...rest }: KubeObject): KubeObject {
  const versions = objects.map((object) => Number(object.metadata.resourceVersion ?? 0));
  const resourceVersion = String(Math.max(0, ...versions) + 1);
  return structuredClone({ ...rest, metadata: { uid: `uid-${resourceVersion}`, ...metadata, resourceVersion } });
}
