import { LAST_APPLIED, ROLE } from '../keys.ts';
import type { Deployment, KubeObject, OwnerReference } from '../kube.ts';

/** Everything that is generated goes with the Deployment it is for. */
export const ownerOf = ({ metadata }: Deployment): OwnerReference => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  name: metadata.name,
  uid: metadata.uid ?? '',
});

/** The Deployment that an object was made for; undefined for what somebody wrote. */
export const madeFor = ({ metadata }: KubeObject): string | undefined =>
  metadata.ownerReferences?.find(({ kind }) => kind === 'Deployment')?.name;

/** The metadata of an object that is made for a Deployment. @param role what it is for */
export const generatedMeta = (owner: Deployment, name: string, role: string) => ({
  name,
  ...(owner.metadata.namespace !== undefined && { namespace: owner.metadata.namespace }),
  labels: { 'app.kubernetes.io/managed-by': 'headgate', [ROLE]: role },
  ownerReferences: [ownerOf(owner)],
});

/**
 * The object as if it had been applied: when a user applies their own under its name, `kubectl` leaves nothing of this one, and
 * it is theirs. Otherwise it would add their ports to Headgate's, and the result would be neither.
 * @param noted what of it is noted, and so goes
 */
export function replaceable<T extends KubeObject>(object: T, noted: T = object): T {
  const annotations = { ...object.metadata.annotations, [LAST_APPLIED]: `${JSON.stringify(noted)}\n` };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** Whether an object gives way to one that is applied over it: Headgate made it, and it has the note. */
export const isReplaceable = (object: KubeObject): boolean =>
  object.metadata.labels?.[ROLE] !== undefined &&
  object.metadata.annotations?.[LAST_APPLIED] !== undefined &&
  !isTakenOver(object);

/** Whether somebody applied an object of their own over a generated one. */
export const isTakenOver = ({ metadata: { annotations } }: KubeObject): boolean => {
  const note = annotations?.[LAST_APPLIED];
  return note !== undefined && !note.includes(`"${ROLE}"`);
};
