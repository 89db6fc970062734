import t from 'tap';
import { measuresOf } from '../admission/measures.ts';
import { ofVariants } from '../admission/variants.ts';
import { summary } from '../beside/measures.ts';
import { judge } from '../table/row.ts';
import type { Measures, Part } from './part.ts';
import { PART_NAMES, parts } from './parts.ts';

/** What a row could not find in what the jobs of its part have measured. */
const missing = (part: Part, measures: Measures): string[] => {
  const turn = Object.fromEntries(part.jobs.map(({ name }) => [name, measures]));
  const rows = part.rows([turn, turn, turn]).map(judge);
  return rows.filter(({ verdict }) => verdict === 'not measured').map(({ row }) => row.what);
};

t.test('every row of admission has a measure', async (t) => {
  const times = ofVariants(() => [1, 2, 3]);
  const costs = ofVariants(() => ({ apiServerMs: 1, webhookMs: 1, calls: 0 }));
  const measures = measuresOf([1, 8, 32].map((clients) => ({ rounds: [times], clients, costs })));
  for (const quick of [true, false]) t.same(missing(parts(quick).admission, measures), [], `quick: ${quick}`);
});

t.test('every row of the comparison has a measure', async (t) => {
  const key = 'fleet/app-0';
  const usage = { seconds: 10, cpuSeconds: 1, bytes: 100, firstBytes: 50 };
  const pod = { key, image: 'hollow:2.0.0', from: 2_000, to: 20_000 };
  const weights = [
    { at: 2_000, weight: 10 },
    { at: 12_000, weight: 20 },
  ];
  const none = { ofApps: 0, others: 0 };
  const observed = {
    apps: [{ namespace: 'fleet', name: 'app-0', replicas: 4 }],
    sightings: {
      pods: new Map([['uid', pod]]),
      weights: new Map([[key, weights]]),
      firstPods: () => new Map([[key, 2_000]]),
    },
    changes: new Map([[key, 1_000]]),
    ...{
      idle: usage,
      idleRequests: none,
      busy: usage,
      requests: { ofApps: 36, others: 1 },
      applySeconds: 9,
      from: 0,
      to: 30_000,
    },
  };
  const measures = { ...summary(observed, 10_000), 'bare apply': 8 };
  for (const quick of [true, false]) t.same(missing(parts(quick).beside, measures), [], `quick: ${quick}`);
});

t.test('the jobs of a part have names and times of their own', async (t) => {
  for (const quick of [true, false])
    for (const name of PART_NAMES) {
      const { jobs, turns } = parts(quick)[name];
      t.equal(new Set(jobs.map((job) => job.name)).size, jobs.length, name);
      t.ok(
        jobs.every((job) => job.minutes > 0 && (job.turns ?? turns) <= turns),
        name,
      );
    }
});
