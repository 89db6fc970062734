import { ROLE } from '../keys.ts';
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
