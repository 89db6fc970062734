import type { Autoscaler } from '../../src/rollout/workload/autoscaler/canary-autoscaler.ts';
import type { HorizontalMetric } from '../../src/rollout/workload/autoscaler/horizontal.ts';
import type { Simulation } from '../simulation.ts';

type Command = (simulation: Simulation, words: string[]) => undefined;

const METRICS: Record<string, HorizontalMetric> = {
  cpu: { type: 'Resource', resource: { name: 'cpu' } },
  queue: { type: 'External', external: { metric: { name: 'queue_length' } } },
};

const autoscaler = (most: number, name = 'podinfo', metric = 'cpu'): Autoscaler => ({
  ...{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' },
  metadata: { name: 'podinfo', namespace: 'prod' },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
    ...{ minReplicas: 1, maxReplicas: most },
    metrics: METRICS[metric] ? [METRICS[metric]] : [],
  },
});

/** What people write that scales, and what the autoscaler of the canary does. */
export const AUTOSCALER_COMMANDS: Record<string, Command> = {
  /** A user's HorizontalPodAutoscaler: `autoscaler MAX [TARGET [METRIC]]`; or `autoscaler forbidden`. */
  autoscaler: ({ cluster: { autoscalers } }, [most = '', ...words]) => {
    autoscalers.isForbidden = most === 'forbidden';
    autoscalers.named = autoscaler(Number(most), ...words);
    return undefined;
  },
  /** Another one of a user's has the name of the canary's; `off`: no more. */
  'take-autoscaler': ({ cluster: { autoscalers } }, [state]) => {
    const metadata = { name: 'podinfo-canary', namespace: 'prod' };
    autoscalers.canarys = state === 'off' ? undefined : { ...autoscaler(3, 'podinfo-canary'), metadata };
    return undefined;
  },
  /** What the API server says to the canary's from now on; without words it takes it. */
  'refuse-autoscaler': ({ cluster: { autoscalers } }, words) => {
    autoscalers.refuse = words.length > 0 ? words.join(' ') : undefined;
    return undefined;
  },
  /** The policy that keeps the floor is not installed. */
  'no-floor': ({ cluster: { autoscalers } }) => {
    autoscalers.isFloorKept = false;
    return undefined;
  },
  /** The canary's autoscaler gives it another size, within its bounds. */
  'scale-canary': ({ cluster }, [count]) => {
    const { canary, autoscalers } = cluster;
    const { minReplicas, maxReplicas } = (autoscalers.canarys?.['spec'] ?? {}) as Record<string, number>;
    if (canary === undefined || minReplicas === undefined || maxReplicas === undefined)
      throw new Error('nothing scales the canary');
    const replicas = Math.min(Math.max(Number(count), minReplicas), maxReplicas);
    cluster.putDeployment({ ...canary, spec: { ...canary.spec, replicas } });
    return undefined;
  },
};
