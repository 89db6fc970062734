import { controllerDefinitions } from '../../rig/binaries/definitions.ts';
import type { Rig } from '../../rig/rig.ts';
import { deploymentOf } from '../support/apps.ts';
import { Controller } from './controller.ts';
import { DEPLOYMENT, PLAN, type Placed, type Subject } from './subject.ts';

/** As its own manifests start it, but for the addresses. */
export async function flagger(rig: Rig, metrics: string, intervalMs: number): Promise<Subject> {
  const controller = new Controller(rig, {
    name: 'flagger',
    namespace: 'flagger-system',
    definitions: await controllerDefinitions('flagger'),
    args: ['-log-level=info', '-mesh-provider=istio', `-metrics-server=${metrics}`],
    health: 'http://127.0.0.1:8080/healthz',
  });
  const canary = (name: string): Placed => ({
    apiVersion: 'flagger.app/v1beta1',
    kind: 'Canary',
    plural: 'canaries',
    object: {
      metadata: { name },
      spec: {
        targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
        service: { port: 9898, portName: 'http' },
        analysis: {
          ...{ interval: `${intervalMs / 1_000}s`, threshold: 5, stepWeight: 10, maxWeight: 50 },
          metrics: [
            { name: 'request-success-rate', thresholdRange: { min: PLAN.success }, interval: '1m' },
            { name: 'request-duration', thresholdRange: { max: PLAN.durationMs }, interval: '1m' },
          ],
        },
      },
    },
  });
  return {
    start: () => controller.start(),
    stop: () => controller.stop(),
    pids: () => controller.pids,
    userAgent: /^flagger\//,
    objectsOf: ({ name }, replicas) => [{ ...DEPLOYMENT, object: deploymentOf({ replicas })(name) }, canary(name)],
    states: '/apis/flagger.app/v1beta1/canaries',
    isEnrolled: ({ status }) => status?.phase === 'Initialized',
    isReleased: ({ status }) => status?.phase === 'Succeeded',
  };
}
