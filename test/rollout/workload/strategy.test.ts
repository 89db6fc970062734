import t from 'tap';
import { isWithoutSurge, stopsPodsFirst } from '../../../src/rollout/workload/strategy.ts';
import { deployment, recreate, replicas } from '../../build.ts';

type Count = number | string | undefined;

const rolling = (pods: number, maxSurge: Count, maxUnavailable: Count) =>
  deployment('1.0', replicas(pods), ({ spec }) => {
    const rollingUpdate = {
      ...(maxSurge !== undefined && { maxSurge }),
      ...(maxUnavailable !== undefined && { maxUnavailable }),
    };
    spec.strategy = { type: 'RollingUpdate', rollingUpdate };
  });

const cases: Record<string, [pods: number, maxSurge: Count, maxUnavailable: Count, noSurge: boolean, first: boolean]> =
  {
    'what Kubernetes does by default starts a pod first': [1, undefined, undefined, false, false],
    'one pod without surge is stopped first': [1, 0, 1, true, true],
    'also where the share of it is none: Kubernetes takes one at least': [1, '0%', '25%', true, true],
    'one of several is not all': [3, 0, 1, true, false],
    'as many as there are is': [3, 0, 3, true, true],
    'so is all of them': [8, '0%', '100%', true, true],
    'shares are rounded down': [3, 0, '99%', true, false],
    'all of them with a surge has new pods beside': [3, 1, '100%', false, false],
    'where no pods are wanted none are stopped': [0, 0, 1, true, false],
  };
for (const [claim, [pods, maxSurge, maxUnavailable, noSurge, first]] of Object.entries(cases)) {
  const object = rolling(pods, maxSurge, maxUnavailable);
  t.same([isWithoutSurge(object), stopsPodsFirst(object)], [noSurge, first], claim);
}

t.ok(isWithoutSurge(deployment('1.0', recreate)) && stopsPodsFirst(deployment('1.0', recreate)), 'Recreate is both');
t.notOk(
  stopsPodsFirst(deployment('1.0', ({ spec }) => delete spec.strategy)),
  'a Deployment that does not say has the default',
);
