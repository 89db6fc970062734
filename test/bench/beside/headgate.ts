import type { Rig } from '../../rig/rig.ts';
import { deploymentOf } from '../support/apps.ts';
import { builtProduct } from '../support/built-product.ts';
import { DEPLOYMENT, PLAN, type Subject } from './subject.ts';

/** One scheduler and two webhooks. As the stub answers at once, no scrape is waited for. */
export function headgate(rig: Rig, metrics: string, intervalMs: number): Subject {
  const product = builtProduct(rig, {
    schedulers: 1,
    env: { HEADGATE_METRICS_SERVER: metrics, HEADGATE_SCRAPE_INTERVAL: '1s' },
  });
  const settings = (skipped: boolean) => ({
    ...{ canary: 'true', interval: `${intervalMs}ms`, threshold: '5', 'step-weights': PLAN.weights.join() },
    'skip-analysis': String(skipped),
    metrics: JSON.stringify([
      { name: 'request-success-rate', threshold: PLAN.success, interval: '1m' },
      { name: 'request-duration', threshold: PLAN.durationMs, interval: '1m' },
    ]),
  });
  const objects =
    (skipped: boolean): Subject['objectsOf'] =>
    ({ name }, replicas) => [{ ...DEPLOYMENT, object: deploymentOf({ replicas, settings: settings(skipped) })(name) }];
  return {
    start: () => product.start(),
    stop: () => product.stop(),
    pids: () => [...product.schedulers, ...product.webhooks].map(({ pid }) => pid),
    userAgent: /^headgate-/,
    objectsOf: objects(false),
    rehearsed: objects(true),
    states: '/apis/headgate.dev/v1/canaries',
    isEnrolled: ({ status }) => status?.phase === 'Initialized',
    isReleased: ({ status }, image) =>
      status?.phase === 'Succeeded' && status.release?.images?.includes(image) === true,
  };
}
