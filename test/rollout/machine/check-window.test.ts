import t from 'tap';
import { firstCheckAfter, roundsSince, windowFor } from '../../../src/rollout/machine/check-window.ts';
import { metric, spec } from '../../build.ts';

const waits: Record<string, [intervalMs: number, scrapeMs: number, wanted: number]> = {
  'a long interval is waited for': [60_000, 15_000, 60_000],
  'a short one is drawn out to three scrapes': [10_000, 15_000, 45_000],
  'frequent scrapes draw nothing out': [10_000, 1_000, 10_000],
};
for (const [claim, [intervalMs, scrapeMs, wanted]] of Object.entries(waits)) {
  const given = spec(({ analysis }) => Object.assign(analysis, { intervalMs }));
  t.equal(firstCheckAfter(given, scrapeMs), wanted, claim);
}
const unmeasured = spec(({ analysis }) => Object.assign(analysis, { intervalMs: 1_000, metrics: [] }));
t.equal(firstCheckAfter(unmeasured, 15_000), 1_000, 'without metrics no scrape is waited for');

const windows: Record<string, [intervalMs: number, weightMs: number, wanted: number]> = {
  "the metric's own": [60_000, 300_000, 60_000],
  'not before the weight': [60_000, 50_000, 50_000],
  'of three scrapes at least': [10_000, 300_000, 45_000],
  'not even then before the weight': [10_000, 20_000, 20_000],
};
for (const [claim, [intervalMs, weightMs, wanted]] of Object.entries(windows))
  t.equal(windowFor({ ...metric, intervalMs }, { weightMs, scrapeMs: 15_000 }), wanted, `the window: ${claim}`);

const { analysis } = spec(({ analysis: changed }) => Object.assign(changed, { intervalMs: 10_000 }));
for (const [now, rounds] of [
  [999, -1],
  [1_000, 0],
  [10_999, 0],
  [11_000, 1],
  [101_000, 10],
] as const)
  t.equal(roundsSince(1_000, now, analysis), rounds, `${rounds} rounds since the first at ${now} ms`);
