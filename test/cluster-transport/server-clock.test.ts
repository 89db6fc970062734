import t from 'tap';
import { ServerClock } from '../../src/cluster/server-clock.ts';

const START = Date.parse('2030-01-01T12:00:00.000Z');
const MINUTES = 60_000;

/** A machine whose clock is ahead of the API server's, and an API server that answers it. */
function machine(aheadMs: number) {
  let real = START + 337;
  const offsets: number[] = [];
  const clock = new ServerClock({ local: () => real + aheadMs, onOffset: (ms) => offsets.push(ms) });
  return {
    clock,
    offsets,
    /** How far it is from the API server's clock. */
    error: () => clock.now() - real,
    wait: (ms: number) => {
      real += ms;
    },
    set: (ms: number) => {
      aheadMs = ms;
    },
    /** A request that takes so long, in all. */
    ask: (ms = 20, stampedBy = 0) => {
      const sentAt = clock.local();
      real += ms / 2;
      const date = new Date(real + stampedBy).toUTCString();
      real += ms / 2;
      clock.note(date, sentAt);
    },
  };
}

t.test('a clock that is right is left alone', async (t) => {
  const { clock, ask, wait, error, offsets } = machine(0);
  t.equal(error(), 0, 'before the first answer too');
  for (let asked = 0; asked < 50; asked += 1) {
    ask();
    wait(137);
  }
  t.equal(error(), 0);
  t.same(offsets, []);
  t.equal(clock.now(), Math.round(clock.local()));
});

for (const ahead of [10 * MINUTES, -10 * MINUTES, 1_500, -3 * 3_600_000]) {
  t.test(
    `a clock that is off by ${ahead} ms is right within a second after one answer, and soon nearly so`,
    async (t) => {
      const { ask, wait, error } = machine(ahead);
      t.equal(error(), ahead);
      ask();
      t.ok(Math.abs(error()) <= 1_020, `${error()} ms`);
      for (let asked = 0; asked < 40; asked += 1) {
        wait(173);
        ask();
      }
      t.ok(Math.abs(error()) <= 100, `${error()} ms`);
    },
  );
}

t.test('two machines whose clocks are twenty minutes apart agree', async (t) => {
  const [one, other] = [machine(10 * MINUTES), machine(-10 * MINUTES)];
  for (let asked = 0; asked < 40; asked += 1) {
    for (const { ask, wait } of [one, other]) {
      ask();
      wait(173);
    }
  }
  t.ok(Math.abs(one.clock.now() - other.clock.now()) <= 100, `${one.clock.now() - other.clock.now()} ms`);
});

t.test('an answer that took long says little, and spoils nothing', async (t) => {
  const { ask, error } = machine(0);
  ask(30_000);
  ask(8_000);
  t.equal(error(), 0);
});

t.test('one answer with another time is not believed; three in a row are', async (t) => {
  const { ask, error } = machine(0);
  ask();
  ask(20, 5 * MINUTES);
  ask();
  ask(20, 5 * MINUTES);
  ask(20, 5 * MINUTES);
  t.equal(error(), 0);
  ask(20, 5 * MINUTES);
  t.ok(Math.abs(error() - 5 * MINUTES) <= 1_020, `${error()} ms`);
});

t.test('clocks that drift apart are followed', async (t) => {
  const { ask, wait, error, set } = machine(0);
  for (let minute = 0; minute < 300; minute += 1) {
    set(minute * 20);
    ask();
    wait(MINUTES);
  }
  t.ok(Math.abs(error()) <= 1_040, `${error()} ms`);
});

t.test('what is no time is no answer', async (t) => {
  const { clock, error } = machine(0);
  for (const date of [undefined, '', 'soon', ['Tue, 01 Jan 2030 12:00:00 GMT']]) clock.note(date, clock.local());
  t.equal(error(), 0);
});
