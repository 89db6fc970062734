import { type KubeObject, keyIn } from '../kube.ts';
import type { CanaryStatus } from './status.ts';

/** The record of a Deployment's releases: spec in the user's form, status with everything that is remembered. */
export interface Canary extends KubeObject {
  /** Of any shape, where a definition from before let it pass. */
  spec: Record<string, unknown>;
  /** Written by the scheduler. Before its first release, or where it cannot be followed, it has conditions alone. */
  status?: Partial<CanaryStatus>;
}

/** The name of the Deployment that a record is about: a record may have another name. */
export const targetName = ({ metadata, spec }: Canary): string => {
  const { name = metadata.name } = (spec['targetRef'] ?? {}) as { name?: string };
  return name;
};

/** The key of that Deployment. */
export const targetOf = (record: Canary): string => keyIn(record.metadata.namespace, targetName(record));

/** Whether it was told that its Deployment is not enrolled with it. It claims no host, and no release of it is carried on. */
export const isNotEnrolled = (record: Canary | undefined): boolean =>
  (record?.status?.conditions ?? []).some(({ type, status }) => type === 'Enrolled' && status === 'False');
