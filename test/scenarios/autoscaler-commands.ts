import type { Simulation } from '../simulation.ts';

type Command = (simulation: Simulation, words: string[]) => undefined;

/** What people write that scales, and what the autoscaler of the canary does. */
export const AUTOSCALER_COMMANDS: Record<string, Command> = {
  /** A user's HorizontalPodAutoscaler for the Deployment: `autoscaler MAX [TARGET]`; `autoscaler gone` */
  autoscaler: ({ cluster }, [most = '', name = 'podinfo']) => {
    cluster.autoscalers.named =
      most === 'gone'
        ? undefined
        : {
            ...{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' },
            metadata: { name: 'podinfo', namespace: 'prod' },
            spec: {
              scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
              ...{ minReplicas: 1, maxReplicas: Number(most) },
              metrics: [{ type: 'Resource', resource: { name: 'cpu' } }],
            },
          };
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
