import t from 'tap';
import { canSpare, missingPods } from '../../../src/rollout/machine/troubles/missing-pods.ts';
import { at, canary, deployment, held, release, spec, status } from '../../build.ts';
import { after, expect, progressing, route } from './decided.ts';

/** Of so many pods that were ready, as many may be missing for a while. */
const spared: [pods: number, most: number][] = [
  [1, 0],
  [2, 1],
  [3, 1],
  [4, 2],
  [5, 2],
  [10, 5],
];
for (const [pods, most] of spared) {
  const given = release('2.0', { replicas: pods, ready: pods });
  const borne = Array.from({ length: pods + 1 }, (_, missing) => missing).filter((missing) => canSpare(given, missing));
  t.equal(borne.at(-1), most, `of ${pods} at most ${most}`);
}

const four = release('2.0', { replicas: 4, ready: 3 });
const ready = (pods: number) => canary('2.0', 4, status({ readyReplicas: pods }));
t.equal(missingPods(four, ready(3)), 0, 'pods that were never ready are not missed');
t.equal(missingPods(four, ready(1)), 2);
t.equal(missingPods(four, undefined), 3, 'all are missed of a canary that is gone');
t.equal(missingPods(four, canary('1.0', 4)), 3, 'and of one that runs another revision');
t.equal(missingPods(release('2.0', { replicas: 4 }), ready(0)), 0, 'none is missed before the first weight');

const live = { weight: 20, weightSince: at(0), checkAt: at(60), replicas: 3, ready: 3 };
const seen = {
  ...{ deployment: deployment('2.0', held()), route: route(20) },
  canary: canary('2.0', 3, status({ readyReplicas: 2, availableReplicas: 2 })),
};
const noGrace = spec(({ analysis }) => {
  analysis.unreadyGraceMs = 0;
});
const crashed = [
  {
    metadata: { name: 'podinfo-canary-x' },
    spec: { containers: [] },
    status: { phase: 'Running', containerStatuses: [{ name: 'podinfo', state: { terminated: { exitCode: 1 } } }] },
  },
];

expect({
  'the first look at a missing pod starts the clock': [
    after(progressing(live), seen),
    { phase: 'Progressing', effects: [], facts: ['CanaryDegraded'], release: { unreadySince: at(10), weight: 20 } },
  ],
  'the release waits for it, and takes no step': [
    after(progressing({ ...live, checkAt: at(5), unreadySince: at(2) }), { ...seen, checks: [] }),
    { phase: 'Progressing', effects: [], facts: [], release: { unreadySince: at(2), weight: 20 } },
  ],
  'it is back: the clock is stopped': [
    after(progressing({ ...live, unreadySince: at(2) }), { ...seen, canary: canary('2.0', 3) }),
    { phase: 'Progressing', effects: [], facts: [], release: { unreadySince: undefined } as object },
  ],
  'the grace is over': [
    after(progressing({ ...live, unreadySince: at(-20) }), seen),
    { phase: 'Finalising', facts: ['CanaryUnready'], release: { outcome: 'failed' } },
  ],
  'without a grace it fails at once': [
    after(progressing(live), seen, noGrace),
    { phase: 'Finalising', facts: ['CanaryUnready'] },
  ],
  'a pod that crashes fails it at once': [
    after(progressing(live), { ...seen, pods: crashed }),
    { phase: 'Finalising', facts: ['CanaryUnready'] },
  ],
});

t.equal(
  after(progressing({ ...live, unreadySince: at(2) }), seen).wakeAt,
  Date.parse(at(32)),
  'it looks again in time',
);
