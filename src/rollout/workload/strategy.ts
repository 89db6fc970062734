import type { Deployment } from '../kube.ts';
import { wantedReplicas } from './rollout-status.ts';

type Strategy = Pick<Deployment, 'spec'>;

/** Whether a roll-out never has a pod beside those that are wanted. */
export const isWithoutSurge = ({ spec: { strategy } }: Strategy): boolean =>
  strategy?.type === 'Recreate' || isNone(strategy?.rollingUpdate?.maxSurge);

/** What the API server takes for zero: it rounds shares of a surge up. */
const isNone = (count: number | string | undefined): boolean =>
  count !== undefined && Number.parseInt(`${count}`, 10) === 0;

/**
 * Whether a roll-out stops all pods that run before it starts others, so that nothing but a canary can serve meanwhile:
 * Recreate, and a rolling update without surge that may take as many pods as there are. One pod is always enough for that.
 */
export function stopsPodsFirst(deployment: Deployment): boolean {
  const { strategy } = deployment.spec;
  if (strategy?.type === 'Recreate') return true;
  const replicas = wantedReplicas(deployment);
  if (replicas === 0 || !isWithoutSurge(deployment)) return false;
  return Math.max(share(strategy?.rollingUpdate?.maxUnavailable ?? '25%', replicas), 1) >= replicas;
}

/** Shares of what may be unavailable are rounded down, by the API server too. */
const share = (count: number | string, of: number): number =>
  typeof count === 'number' ? count : Math.floor((Number.parseInt(count, 10) * of) / 100);
