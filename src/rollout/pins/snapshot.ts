import { createHash } from 'node:crypto';
import { CONFIG_TRACKING, ROLE, SNAPSHOT_OF } from '../keys.ts';
import type { Deployment, KubeObject } from '../kube.ts';
import { generatedMeta } from '../workload/generated.ts';
import { type ConfigObject, contentOf } from './content.ts';
import { type ConfigName, configKey } from './reference.ts';

/** The role of snapshots, as their label has it. */
export const SNAPSHOT_ROLE = 'snapshot';

/** One content of one object, for one Deployment. */
export interface Snapshot extends ConfigName {
  /** Its own name. */
  snapshot: string;
}

/** Longest name of an object. */
const MAX_NAME = 253;
const HASH_LENGTH = 10;

/**
 * The name of the snapshot of a content: the same for the same content. Each Deployment has its own, which go with it; one that
 * is made again after its end does not find those of the one before.
 * @param digest of the content; undefined: that there is no such object
 */
export function snapshotName({ metadata }: Deployment, of: ConfigName, digest: string | undefined): string {
  const identity = JSON.stringify([metadata.uid, configKey(of), digest ?? null]);
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, HASH_LENGTH);
  return `${of.name.slice(0, MAX_NAME - HASH_LENGTH - 1)}-${hash}`;
}

/** The copy of an object. It has none of its annotations: what was applied last stands in one, with every byte of a Secret. */
export function snapshotObject(
  owner: Deployment,
  { kind, name, snapshot }: Snapshot,
  source: ConfigObject,
): KubeObject {
  const meta = generatedMeta(owner, snapshot, SNAPSHOT_ROLE);
  const annotations = { [SNAPSHOT_OF]: stateOf(name, source) };
  return {
    apiVersion: 'v1',
    ...(kind === 'secret' ? { kind: 'Secret', type: 'Opaque' } : { kind: 'ConfigMap' }),
    metadata: { ...meta, annotations },
    immutable: true,
    ...contentOf(source),
  };
}

/** An object in one state, so that who finds the copy need not read the object again. */
const stateOf = (name: string, { metadata: { resourceVersion = '' } }: KubeObject): string =>
  `${name}@${resourceVersion}`;

/** Whether a snapshot is a copy of the object in the state that it is in. */
export const isCopyOf = (snapshot: KubeObject, object: KubeObject): boolean =>
  snapshot.metadata.annotations?.[SNAPSHOT_OF] === stateOf(object.metadata.name, object);

/** Name of the object that a snapshot is a copy of. */
export const snapshotSource = ({ metadata }: KubeObject): string =>
  (metadata.annotations?.[SNAPSHOT_OF] ?? '').split('@', 1)[0] ?? '';

export const isSnapshot = ({ metadata }: KubeObject): boolean => metadata.labels?.[ROLE] === SNAPSHOT_ROLE;

/** Whether a snapshot was made for this Deployment. */
export const isSnapshotFor = (object: KubeObject, { metadata }: Deployment): boolean =>
  isSnapshot(object) && object.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid) === true;

/** Whether changes of an object are released. Nobody's copies are. */
export const isTracked = (object: KubeObject): boolean =>
  !isSnapshot(object) && object.metadata.annotations?.[CONFIG_TRACKING] !== 'disabled';
