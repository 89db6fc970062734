import t from 'tap';
import type { Canary } from '../../../src/rollout/machine/canary.ts';
import { isSettled } from '../../../src/scheduler/queue/by-turn.ts';
import { Records } from '../../../src/scheduler/world/records.ts';

const KEY = 'prod/podinfo';
const NOW = Date.parse('2030-01-01T00:00:00Z');
const SINCE = '2029-12-31T23:59:00Z';
const LATER = '2030-01-01T00:00:30Z';

/** Whether what stands in the status of its record leaves nothing to be done for now. */
function settled(...statuses: object[]): boolean {
  const records = new Records(() => undefined);
  for (const [index, status] of statuses.entries()) {
    const metadata = { name: `podinfo-${index}`, namespace: 'prod', resourceVersion: '1' };
    records.put({ metadata, spec: { targetRef: { name: 'podinfo' } }, status } as unknown as Canary);
  }
  return isSettled({ records }, KEY, NOW);
}

const standing = { phase: 'Progressing', release: { revision: 'r', path: 'canary', weight: 10, weightSince: SINCE } };
const withRelease = (change: object) => ({ ...standing, release: { ...standing.release, ...change } });

const cases: Readonly<Record<string, { statuses: object[]; is: boolean }>> = {
  'at a weight, with its check to come': { statuses: [withRelease({ checkAt: LATER })], is: true },
  'its check is due': { statuses: [withRelease({ checkAt: '2030-01-01T00:00:00Z' })], is: false },
  'its check is not known': { statuses: [standing], is: false },
  'its weight is not on the routes yet': {
    statuses: [withRelease({ checkAt: LATER, weightSince: undefined })],
    is: false,
  },
  'the Deployment rolls out': { statuses: [{ ...withRelease({ checkAt: LATER }), phase: 'Promoting' }], is: false },
  'it is at rest': { statuses: [{ phase: 'Succeeded' }], is: false },
  'there is no record': { statuses: [], is: false },
};

for (const [name, { statuses, is }] of Object.entries(cases)) {
  t.test(name, async (t) => {
    t.equal(settled(...statuses), is);
  });
}
