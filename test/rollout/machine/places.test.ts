import fc from 'fast-check';
import t from 'tap';
import type { Deployment } from '../../../src/rollout/kube.ts';
import { type Contender, contenderOf } from '../../../src/rollout/machine/places/contender.ts';
import { inTurn, readPlace, TURN_MS } from '../../../src/rollout/machine/places/line.ts';
import { ms, type Release, type RolloutState } from '../../../src/rollout/machine/state.ts';
import { placeWords } from '../../../src/rollout/machine/troubles/obstacle.ts';
import { at, canary, deployment, held, release, START, state, status } from '../../build.ts';
import { after, expect, live } from './decided.ts';

const full = { limit: 2, ahead: 0, isFree: false };
const place = { ...full, isFree: true };
const atGate = { deployment: deployment('2.0', held()) };
const inLine = (message = placeWords(full)) =>
  state('Waiting', { release: release('2.0', { reason: 'WaitingForPlace', message }) });
const unknown = [{ source: 'routes' as const, why: 'they may not be read' }];

expect({
  'no place is free: a revision waits, and nothing is made': [
    after(state('Initialized'), { ...atGate, place: full }),
    { phase: 'Waiting', effects: [], facts: ['NewRevision', 'WaitingForPlace'], release: { weight: 0 } },
  ],
  'it is told once': [after(inLine(), { ...atGate, place: full }), { phase: 'Waiting', effects: [], facts: [] }],
  'its number in line is another by now': [
    after(inLine(), { ...atGate, place: { ...full, ahead: 4 } }),
    { phase: 'Waiting', facts: [], release: { message: placeWords({ ...full, ahead: 4 }) } },
  ],
  'its turn comes': [
    after(inLine(), { ...atGate, place }),
    { phase: 'Progressing', effects: ['createCanary'], facts: [], release: { reason: undefined, message: undefined } },
  ],
  'nobody else starts': [
    after(state('Initialized'), { ...atGate, place }),
    { phase: 'Progressing', effects: ['createCanary'], facts: ['NewRevision'] },
  ],
  'its turn comes, and it cannot start: others go first': [
    after(inLine(), { ...atGate, place, unknown }),
    { phase: 'Waiting', facts: ['SourceUnknown'], release: { reason: 'SourceUnknown' } },
  ],
  'something is not known before its turn comes: it stays in line': [
    after(inLine(), { ...atGate, place: full, unknown }),
    { phase: 'Waiting', facts: [], release: { reason: 'WaitingForPlace' } },
  ],
  'one that starts already is stopped by nobody': [
    after(state('Progressing', { release: release('2.0', { deadline: at(60) }) }), { ...atGate, place: full }),
    { phase: 'Progressing', effects: ['createCanary'], facts: [] },
  ],
  'what has weight goes on': [
    after(state('Progressing', { release: release('2.0', { weight: 20, weightSince: at(0) }) }), {
      ...live,
      place: full,
    }),
    { phase: 'Progressing', facts: [] },
  ],
  'the running version is back at once': [
    after(inLine(), { deployment: deployment('1.0', held()), place: full }),
    { phase: 'Promoting', effects: ['liftHold'], facts: ['Superseded', 'Withdrawn'] },
  ],
});

const starting = (more: Partial<Release> = {}): RolloutState =>
  state('Progressing', { release: release('2.0', { deadline: at(60), ...more }) });
const pods = (available: number): Deployment => canary('2.0', 2, status({ availableReplicas: available }));
const KEY = 'prod/podinfo';
const taken = { key: KEY, since: at(0), until: ms(at(60)) };

const contenders: Record<string, [RolloutState | undefined, Deployment | undefined, Contender | undefined]> = {
  'nothing is recorded': [undefined, undefined, undefined],
  'nothing is under way': [state('Initialized'), undefined, undefined],
  'it waits for a place': [inLine(), undefined, { key: KEY, since: at(0) }],
  'it waits for something else': [
    state('Waiting', { release: release('2.0', { reason: 'NameTaken' }) }),
    undefined,
    undefined,
  ],
  'its canary is to be made': [starting(), undefined, taken],
  'a pod is not available yet': [starting({ replicas: 2 }), pods(1), taken],
  'all pods are available': [starting({ replicas: 2 }), pods(2), undefined],
  'the canary is of another revision yet': [starting(), canary('1.9', 1), taken],
  'its pods wait for an approval': [starting({ deadline: undefined }), pods(2), undefined],
  'it has weight, and gets more pods': [starting({ weight: 20, replicas: 2 }), pods(1), undefined],
  'it is paused': [state('Paused', { release: release('2.0', { deadline: at(60) }) }), undefined, undefined],
  'it goes back': [state('Finalising', { release: release('2.0', { outcome: 'failed' }) }), undefined, undefined],
  'there is no canary on its way': [starting({ path: 'wayBack' }), undefined, undefined],
};
for (const [claim, [given, deployed, wanted]] of Object.entries(contenders))
  t.strictSame(contenderOf(KEY, given, deployed), wanted, claim);

for (const [number, words] of [
  [1, 'number 1'],
  [10, 'number 10'],
  [42, 'about number 40'],
  [367, 'about number 300'],
] as const)
  t.match(placeWords({ ...full, ahead: number - 1 }), new RegExp(`and it is ${words} in line$`));

/** What becomes of a release that has a place: it is up after so many seconds, or its deadline is over; or it takes none. */
type Fate = number | 'never up' | 'never looked at';
const DEADLINE_MS = 60_000;
const fates = fc.array(
  fc.record({
    arrivesAt: fc.integer({ min: 0, max: 20 }),
    fate: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 1, max: 30 }) },
      fc.constant<Fate>('never up'),
      fc.constant<Fate>('never looked at'),
    ),
  }),
  { minLength: 1, maxLength: 25 },
);

/** Second by second until nobody waits who can start; the keys in the order in which they started, and the most at once. */
function play(arrivals: readonly { arrivesAt: number; fate: Fate }[], limit: number) {
  const all = new Map<string, Contender>();
  const started: string[] = [];
  let most = 0;
  for (let second = 0; second < 3_000; second += 1) {
    const now = START + second * 1_000;
    for (const [index, { arrivesAt }] of arrivals.entries())
      if (arrivesAt === second) all.set(`a/${index}`, { key: `a/${index}`, since: at(second) });
    for (const [key, { until }] of all) {
      const fate = arrivals[Number(key.slice(2))]?.fate;
      const isUp = until !== undefined && typeof fate === 'number' && now >= until - DEADLINE_MS + fate * 1_000;
      if (isUp) all.delete(key);
    }
    for (const offered of inTurn([...all.values()], { limit, now })) {
      const { key, since, offeredAt = now } = offered;
      const isLookedAt = arrivals[Number(key.slice(2))]?.fate !== 'never looked at';
      const isFree = readPlace(offered, all.values(), { limit, now }).isFree;
      if (isLookedAt && isFree) started.push(key);
      all.set(key, isLookedAt && isFree ? { key, since, until: now + DEADLINE_MS } : { key, since, offeredAt });
    }
    most = Math.max(most, [...all.values()].filter(({ until = 0 }) => until > now).length);
  }
  return { started, most };
}

t.test('whatever becomes of releases, all that can start do, in order, and never too many at once', async (t) => {
  fc.assert(
    fc.property(fates, fc.integer({ min: 1, max: 4 }), (arrivals, limit) => {
      const { started, most } = play(arrivals, limit);
      const able = [...arrivals.entries()].filter(([, { fate }]) => fate !== 'never looked at');
      const keys = able.map(([index, { arrivesAt }]) => ({ key: `a/${index}`, arrivesAt }));
      const isBefore = (a: (typeof keys)[0], b: (typeof keys)[0]) =>
        a.arrivesAt - b.arrivesAt || Number(a.key > b.key) - Number(a.key < b.key);
      t.same(
        started,
        keys.toSorted(isBefore).map(({ key }) => key),
      );
      t.ok(most <= limit);
    }),
    { numRuns: 60 },
  );
});

t.test('who is in turn finds a place free, and nobody else does', async (t) => {
  const now = START + 60_000;
  const contender = fc.record(
    {
      since: fc.integer({ min: 0, max: 5 }).map(at),
      until: fc.constantFrom(now - 1, now + 1),
      offeredAt: fc.constantFrom(now - 1, now - TURN_MS),
    },
    { requiredKeys: ['since'] },
  );
  fc.assert(
    fc.property(fc.array(contender, { maxLength: 9 }), fc.integer({ min: 1, max: 4 }), (given, limit) => {
      const all: Contender[] = given.map((one, index) => ({ ...one, key: `a/${index}` }));
      const free = all.filter((one) => one.until === undefined && readPlace(one, all, { limit, now }).isFree);
      const turn = inTurn(all, { limit, now });
      t.same(new Set(turn), new Set(free));
    }),
  );
});
