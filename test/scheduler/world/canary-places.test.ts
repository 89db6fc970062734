import t from 'tap';
import { Store } from '../../../src/cluster/store.ts';
import { REVISION } from '../../../src/rollout/keys.ts';
import type { Deployment } from '../../../src/rollout/kube.ts';
import type { Canary } from '../../../src/rollout/machine/canary.ts';
import { TURN_MS } from '../../../src/rollout/machine/places/line.ts';
import type { RolloutState } from '../../../src/rollout/machine/state.ts';
import { CanaryPlaces } from '../../../src/scheduler/world/canary-places.ts';
import { Records } from '../../../src/scheduler/world/records.ts';
import * as make from '../../build.ts';

/** The places as one scheduler sees them, and whose turn it said that it is. */
function scheduler(limit: number) {
  const turns: string[] = [];
  const records = new Records(() => undefined);
  const canaries = new Store<Deployment>();
  let [now, version] = [make.START, 0];
  const onTurn = (key: string) => void turns.push(key);
  const places = new CanaryPlaces({ records, canaries, limit, clock: () => now, onTurn });
  const recordOf = (name: string, status?: RolloutState): Canary => {
    version += 1;
    const metadata = { name, namespace: make.NAMESPACE, resourceVersion: String(version) };
    return { metadata, spec: { targetRef: { name } }, ...(status && { status }) } as Canary;
  };
  const seen = make.observation({ deployment: make.deployment('2.0', make.held()) });
  return {
    turns: () => turns.splice(0),
    /** As a tick: it looks, decides, and begins to commit; what it would be told. */
    look: (name: string) => {
      const record = records.get(`${make.NAMESPACE}/${name}`) ?? recordOf(name);
      const reading = places.read(record, undefined, seen);
      const decided = reading?.isFree ? starts(now) : waits(now);
      places.claim(record, decided);
      const end = (isCommitted: boolean) => {
        if (isCommitted) records.put(recordOf(name, decided));
        places.settle(record);
      };
      return { reading, end };
    },
    /** The watch has something of another scheduler. */
    hear: (name: string, status: RolloutState) => void records.store.put(recordOf(name, status)),
    forget: (name: string) => void records.store.remove(`${make.NAMESPACE}/${name}`, String((version += 1))),
    up: (name: string) => {
      version += 1;
      const canary = make.canary('2.0', 1, ({ metadata }) => {
        metadata.name = `${name}-canary`;
        metadata.resourceVersion = String(version);
      });
      t.ok(canary.metadata.annotations?.[REVISION]);
      canaries.put(canary);
    },
    advance: (ms: number) => void (now += ms),
  };
}

const second = (now: number) => make.at((now - make.START) / 1_000);
const starts = (now: number) =>
  make.state('Progressing', {
    release: make.release('2.0', { startedAt: second(now), deadline: second(now + 60_000) }),
  });
const waits = (now: number) =>
  make.state('Waiting', { release: make.release('2.0', { startedAt: second(now), reason: 'WaitingForPlace' }) });

t.test('ticks side by side do not pass the limit, before any of them has committed', async (t) => {
  const { look, up, turns } = scheduler(1);
  const [first, next, last] = [look('a'), look('b'), look('c')];
  t.same(first.reading, { limit: 1, ahead: 0, isFree: true });
  t.same(next.reading, { limit: 1, ahead: 0, isFree: false });
  t.same(last.reading, { limit: 1, ahead: 1, isFree: false });
  for (const tick of [first, next, last]) tick.end(true);
  t.same(turns(), [], 'nobody is woken while no place is free');
  up('a');
  t.same(turns(), ['prod/b'], 'its pods are up: the next one is woken, and that one alone');
});

t.test('what was not committed holds no place', async (t) => {
  const { look, turns } = scheduler(1);
  const [first, next] = [look('a'), look('b')];
  next.end(true);
  first.end(false);
  t.same(turns(), ['prod/b']);
});

const ENDS: Record<string, (of: ReturnType<typeof scheduler>) => void> = {
  'its record is deleted': ({ forget }) => forget('a'),
  'it is aborted': ({ hear }) => hear('a', make.state('Finalising', { release: make.release('2.0') })),
  'it is paused': ({ hear }) => hear('a', make.state('Paused', { release: make.release('2.0') })),
  'another revision takes its place, and stands behind': ({ hear, advance }) => {
    advance(1_000);
    hear('a', waits(make.START + 1_000));
  },
};
for (const [claim, end] of Object.entries(ENDS)) {
  t.test(`a release of another scheduler ends its start: ${claim}`, async (t) => {
    const of = scheduler(1);
    of.hear('a', starts(make.START));
    of.look('b').end(true);
    t.same(of.turns(), []);
    end(of);
    t.same(of.turns(), ['prod/b']);
  });
}

t.test('a scheduler that dies holds a place until the deadline of its release', async (t) => {
  const { hear, look, advance } = scheduler(1);
  hear('a', starts(make.START));
  const waiting = look('b');
  t.equal(waiting.reading?.isFree, false);
  waiting.end(true);
  advance(60_000);
  t.equal(look('b').reading?.isFree, true);
});

t.test(
  'nobody waits for one that does not take its place, and it stands in line again when it is looked at',
  async (t) => {
    const { hear, look, advance, up, turns } = scheduler(1);
    hear('a', starts(make.START));
    hear('b', waits(make.START));
    look('c').end(true);
    up('a');
    t.same(turns(), ['prod/b']);
    t.equal(look('c').reading?.isFree, false, 'its turn is not passed over at once');
    advance(TURN_MS);
    const third = look('c');
    t.equal(third.reading?.isFree, true);
    third.end(true);
    look('b').end(true);
    up('c');
    t.same(turns(), ['prod/b']);
  },
);
