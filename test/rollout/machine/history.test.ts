import t from 'tap';
import { historyAfter, type PastRelease } from '../../../src/rollout/machine/history.ts';
import type { RolloutState } from '../../../src/rollout/machine/state.ts';
import { at, release, revision, START, state } from '../../build.ts';

const under = (more: Parameters<typeof release>[1] = {}) =>
  state('Progressing', { release: release('2.0', { images: ['podinfo:2.0'], peak: 20, ...more }) });
const next = (tag: string, more: Parameters<typeof release>[1] = {}) =>
  state('Progressing', { release: release(tag, { startedAt: at(60), ...more }) });
const ended = (phase: RolloutState['phase'], more: Parameters<typeof release>[1] = {}) =>
  state(phase, { release: release('2.0', { images: ['podinfo:2.0'], peak: 40, ...more }) });
const failure = { outcome: 'failed', reason: 'ThresholdReached', message: 'failed 2 checks' } as const;

const rows: Record<string, [RolloutState, RolloutState, Partial<PastRelease> | undefined]> = {
  'a release that goes on is not over': [under(), ended('Progressing'), undefined],
  'one that was promoted succeeded': [
    state('Finalising', { release: release('2.0', { outcome: 'succeeded' }) }),
    ended('Succeeded', { outcome: 'succeeded' }),
    { outcome: 'succeeded', revision: revision('2.0'), images: ['podinfo:2.0'], weight: 40, endedAt: at(90) },
  ],
  'one that failed says why': [
    state('Finalising', { release: release('2.0', failure) }),
    ended('Failed', { ...failure, failedChecks: 2 }),
    { ...failure, failedChecks: 2 },
  ],
  'what stays failed is told once': [ended('Failed', failure), ended('Failed', failure), undefined],
  'one that gives way to another is superseded': [under(), next('3.0'), { outcome: 'superseded', weight: 20 }],
  'one that gives way to the running version is withdrawn': [
    under(),
    next('1.0', { path: 'withdrawn' }),
    { outcome: 'withdrawn', revision: revision('2.0') },
  ],
  'one that failed, and gives way before it is over, failed': [
    state('Finalising', { release: release('2.0', failure) }),
    next('3.0'),
    { outcome: 'failed', reason: 'ThresholdReached' },
  ],
  'the way to the running version is no release': [
    state('Finalising', { release: release('1.0', { path: 'withdrawn' }) }),
    state('Initialized', { release: release('1.0', { path: 'withdrawn' }) }),
    undefined,
  ],
  'a failed one that is tried again was told before': [ended('Failed', failure), next('2.0'), undefined],
};

for (const [claim, [before, after, expected]] of Object.entries(rows)) {
  const [newest] = historyAfter(before, after, START + 90_000);
  if (expected === undefined) t.equal(newest, undefined, claim);
  else t.match(newest, expected, claim);
}

void t.test('the ten newest are kept', async (t) => {
  const old = Array.from({ length: 10 }, (_, index) => ({ revision: `old${index}` }) as PastRelease);
  const found = historyAfter({ ...under(), history: old }, next('3.0'), START);
  t.same(
    found.map((past) => past.revision),
    [revision('2.0'), ...old.slice(0, 9).map((past) => past.revision)],
  );
});
