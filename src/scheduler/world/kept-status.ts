import { withoutManagedFields } from '../../cluster/store.ts';
import type { Condition, DeploymentStatus, ObjectMeta, ReplicaSet } from '../../rollout/kube.ts';
import { picked } from '../../rollout/picked.ts';

/**
 * What stores keep of what controllers write: the fields that decisions read. With any other there is nothing new to look at, and
 * nothing to keep in memory.
 */

/** By the type of a condition. */
const CONDITION_FIELDS: Readonly<Record<string, readonly (keyof Condition)[]>> = {
  Progressing: ['type', 'status', 'reason', 'lastUpdateTime'],
  ReplicaFailure: ['type', 'status', 'message'],
};

/** Of a Deployment. */
export function keptStatus(status: DeploymentStatus): DeploymentStatus {
  const counts = picked(status, [
    'observedGeneration',
    'replicas',
    'updatedReplicas',
    'readyReplicas',
    'availableReplicas',
  ]);
  const conditions = status.conditions?.flatMap((condition) => {
    const fields = CONDITION_FIELDS[condition.type];
    return fields ? [picked(condition, fields) as Condition] : [];
  });
  return { ...counts, ...(conditions && { conditions }) };
}

export function keptReplicaSet(object: ReplicaSet): ReplicaSet {
  const { status, ...rest } = withoutManagedFields(object);
  return { ...rest, ...(status && { status: picked(status, ['replicas', 'availableReplicas']) }) } as ReplicaSet;
}

/** By which a store knows an object, and which of two states is the newer one. */
export const keptNames = ({ name, ...metadata }: ObjectMeta): ObjectMeta => ({
  name,
  ...picked(metadata, ['namespace', 'resourceVersion']),
});
