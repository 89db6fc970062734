import { HELD } from '../keys.ts';
import type { Condition, Deployment, DeploymentStatus } from '../kube.ts';

const count = (
  status: DeploymentStatus | undefined,
  key: 'replicas' | 'updatedReplicas' | 'readyReplicas' | 'availableReplicas',
) => status?.[key] ?? 0;

/** One where the spec leaves it out, as the API server has it. */
export const wantedReplicas = (deployment: Deployment): number => deployment.spec.replicas ?? 1;

export const availableReplicas = (deployment: Deployment | undefined): number =>
  count(deployment?.status, 'availableReplicas');

export const readyReplicas = (deployment: Deployment | undefined): number => count(deployment?.status, 'readyReplicas');

export const conditionOf = (deployment: Deployment, type: string): Condition | undefined =>
  deployment.status?.conditions?.find((condition) => condition.type === type);

/** Whether the Deployment controller has seen the object as it is. */
export const isObserved = ({ metadata, status }: Deployment): boolean =>
  (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);

/** Whether every pod runs the Deployment's own template and is available (what `kubectl rollout status` waits for). */
export function isRolledOut(deployment: Deployment): boolean {
  const { status } = deployment;
  const wanted = wantedReplicas(deployment);
  const all = [count(status, 'updatedReplicas'), count(status, 'replicas'), count(status, 'availableReplicas')];
  return isObserved(deployment) && all.every((found) => found === wanted);
}

/** Whether there are as many pods as are wanted, each available, whatever they run. */
export function areAllAvailable(deployment: Deployment): boolean {
  const { status } = deployment;
  const wanted = wantedReplicas(deployment);
  const all = [count(status, 'replicas'), count(status, 'availableReplicas')];
  return isObserved(deployment) && all.every((found) => found === wanted);
}

/** When a roll-out was done, at the latest: the Deployment controller's own time is in whole seconds. Epoch ms. */
export function rolledOutBy(deployment: Deployment): number | undefined {
  const { reason, lastUpdateTime = '' } = conditionOf(deployment, 'Progressing') ?? {};
  return reason === 'NewReplicaSetAvailable' ? Date.parse(lastUpdateTime) + 1_000 : undefined;
}

/**
 * Whether a roll-out that began at `since` is past its progress deadline. The Deployment controller leaves the condition of
 * the roll-out before until there is progress, also through a pause: an older one says nothing.
 */
export function isStalled(deployment: Deployment, since: string): boolean {
  const { status, reason, lastUpdateTime = since } = conditionOf(deployment, 'Progressing') ?? {};
  const late = status === 'False' && reason === 'ProgressDeadlineExceeded';
  return late && isObserved(deployment) && Date.parse(lastUpdateTime) >= Date.parse(since);
}

/** Paused by its user, not by a hold. */
export const isUserPaused = ({ metadata, spec }: Deployment): boolean =>
  spec.paused === true && metadata.annotations?.[HELD] === undefined;
