import { mock } from 'node:test';
import t from 'tap';
import type { Carrier } from '../../../src/scheduler/queue/carriers.ts';
import { ChangeWakes } from '../../../src/scheduler/queue/change-wakes.ts';
import { LastLooks } from '../../../src/scheduler/queue/last-looks.ts';

const NOW = 10_000;
const KEY = 'prod/podinfo';
/** Until then one's own are looked at, and others' are not asked for. */
const SOON_MS = 200;
/** Until then others' are asked for. */
const LATER_MS = 2_000;

t.beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'], now: NOW }));
t.afterEach(() => mock.timers.reset());

interface Standing {
  carrier: Carrier | (() => Carrier);
  /** How many ticks are under way, of two. */
  size?: number;
  isRunning?: boolean;
  /** What is noticed is a commit of another scheduler. */
  isCommit?: () => boolean;
  /** The record says that nothing is left to be done. */
  isSettled?: boolean;
}

/** What comes of a change: looks in this process, and what Redis is asked for, each with how long after it. */
function opened({ carrier, size = 0, isRunning = false, isCommit = () => false, isSettled = false }: Standing) {
  const said: string[] = [];
  const after = (at: number): string => `+${at - NOW}`;
  const changes = new ChangeWakes({
    looks: new LastLooks(),
    carriers: { see: () => ({ carrier: typeof carrier === 'function' ? carrier() : carrier, isNews: isCommit() }) },
    ticks: { rerun: () => isRunning, size },
    wakeQueue: {
      soon: (_key, notBefore) => said.push(`Redis, not before ${after(notBefore)}`),
      unlessSeen: (_key, since) => said.push(`Redis, unless seen since ${after(since)}`),
    },
    recordsOf: () => [],
    isSettled: () => isSettled,
    look: () => said.push('here'),
    concurrency: 2,
    clock: () => Date.now(),
  });
  return { changes, said };
}

const cases: Readonly<Record<string, { standing: Standing; soon: string[]; later: string[] }>> = {
  'a release that this process carries on is looked at here': {
    standing: { carrier: 'us' },
    soon: ['here'],
    later: [],
  },
  'where this process has enough to do, anybody may': {
    standing: { carrier: 'us', size: 2 },
    soon: ['Redis, not before +0'],
    later: [],
  },
  'one of others is left to them for a moment': {
    standing: { carrier: 'others' },
    soon: [],
    later: ['Redis, unless seen since +0'],
  },
  'one of which nothing was seen is for anybody': {
    standing: { carrier: 'unknown' },
    soon: ['Redis, not before +0'],
    later: [],
  },
  'a tick that is under way looks once more': { standing: { carrier: 'others', isRunning: true }, soon: [], later: [] },
};

for (const [name, { standing, soon, later }] of Object.entries(cases)) {
  t.test(name, async (t) => {
    const { changes, said } = opened(standing);
    changes.noticed(KEY);
    mock.timers.tick(SOON_MS);
    t.same(said.splice(0), soon);
    mock.timers.tick(LATER_MS);
    t.same(said, later);
  });
}

t.test('what this process alone has asked for is looked at here, whoever carries the release on', async (t) => {
  for (const carrier of ['us', 'others', 'unknown'] as const) {
    const { changes, said } = opened({ carrier });
    changes.noticed(KEY);
    changes.learned(KEY);
    mock.timers.tick(SOON_MS);
    t.equal(said.at(-1), 'here', carrier);
  }
  const { changes, said } = opened({ carrier: 'others', size: 2 });
  changes.noticed(KEY);
  changes.learned(KEY);
  t.match(said, [/^Redis, not before/], 'or by anybody, where this process has enough to do');
});

t.test('a change that is seen meanwhile takes no look away that nobody else would make', async (t) => {
  const { changes, said } = opened({ carrier: 'others', isCommit: () => true, isSettled: true });
  changes.learned(KEY);
  changes.noticed(KEY);
  mock.timers.tick(SOON_MS);
  t.same(said, ['here']);
});

t.test('what others do in a burst is asked for once', async (t) => {
  const { changes, said } = opened({ carrier: 'others' });
  for (let index = 0; index < 10; index += 1) {
    changes.noticed(KEY);
    mock.timers.tick(50);
  }
  mock.timers.tick(LATER_MS);
  t.equal(said.length, 1);
  changes.noticed(KEY);
  mock.timers.tick(LATER_MS);
  t.equal(said.length, 2);
});

t.test('a release that another one takes over is left to it, whatever was seen first of what it wrote', async (t) => {
  let carrier: Carrier = 'us';
  const { changes, said } = opened({ carrier: () => carrier });
  changes.noticed(KEY);
  carrier = 'others';
  changes.noticed(KEY);
  mock.timers.tick(SOON_MS);
  t.same(said, []);
  mock.timers.tick(LATER_MS);
  t.equal(said.length, 1);
});

t.test('a commit of others answers what was noticed before, if it leaves nothing to be done', async (t) => {
  for (const isSettled of [true, false]) {
    let isCommit = false;
    const { changes, said } = opened({ carrier: 'others', isCommit: () => isCommit, isSettled });
    changes.noticed(KEY);
    mock.timers.tick(SOON_MS);
    isCommit = true;
    changes.noticed(KEY);
    isCommit = false;
    mock.timers.tick(LATER_MS);
    t.equal(said.length, isSettled ? 0 : 1, isSettled ? 'settled' : 'in the middle of a step');
    said.splice(0);
    changes.noticed(KEY);
    mock.timers.tick(LATER_MS);
    t.equal(said.length, 1, 'what changes afterwards is asked for');
  }
});

t.test('a look that began since answers it', async (t) => {
  for (const carrier of ['us', 'others'] as const) {
    const { changes, said } = opened({ carrier });
    changes.noticed(KEY);
    changes.answered(KEY);
    mock.timers.tick(2 * LATER_MS);
    t.same(said, [], carrier);
  }
});

t.test('what is stopped asks for nothing', async (t) => {
  const { changes, said } = opened({ carrier: 'others' });
  changes.noticed(KEY);
  changes.stop();
  mock.timers.tick(2 * LATER_MS);
  t.same(said, []);
});
