import t from 'tap';
import { Backoff } from '../../src/cluster/backoff.ts';

const delays = (backoff: Backoff, lived: number[]): number[] => lived.map((ms) => backoff.next(ms));
const full = () => new Backoff({ random: () => 1 });

const cases: Record<string, [lived: number[], delays: number[]]> = {
  'failures at once double the delay up to the limit': [
    Array.from({ length: 10 }, () => 0),
    [200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000],
  ],
  'working for a moment does not start it anew': [
    [0, 4_999, 4_999, 4_999],
    [200, 400, 800, 1_600],
  ],
  'working for a healthy time does': [
    [0, 0, 0, 5_000, 0],
    [200, 400, 800, 200, 400],
  ],
};

for (const [sentence, [lived, wanted]] of Object.entries(cases)) {
  void t.test(sentence, async (t) => t.strictSame(delays(full(), lived), wanted));
}

void t.test('jitter takes at most half', async (t) => {
  t.equal(new Backoff({ random: () => 0 }).next(0), 100);
  t.equal(new Backoff({ random: () => 1 }).next(0), 200);
});

void t.test('a limit for one wait does not stop the doubling', async (t) => {
  const backoff = full();
  for (let i = 0; i < 6; i += 1) backoff.next(0, 300);
  t.equal(backoff.next(0, 300), 300);
  t.equal(backoff.next(0), 25_600);
});
