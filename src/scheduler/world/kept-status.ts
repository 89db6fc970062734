import { withoutManagedFields } from '../../cluster/store.ts';
import type { Condition, DeploymentStatus, ReplicaSet } from '../../rollout/kube.ts';

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

function picked<T extends object>(object: T, fields: readonly (keyof T)[]): Partial<T> {
  const result: Partial<T> = {};
  for (const field of fields) if (object[field] !== undefined) result[field] = object[field];
  return result;
}
