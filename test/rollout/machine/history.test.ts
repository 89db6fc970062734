import t from 'tap';
import { type Approval, historyAfter, type PastRelease } from '../../../src/rollout/machine/history.ts';
import type { RolloutState } from '../../../src/rollout/machine/state.ts';
import { at, release, revision, START, state } from '../../build.ts';

const under = (more: Parameters<typeof release>[1] = {}) =>
  state('Progressing', { release: release('2.0', { images: ['podinfo:2.0'], peak: 20, ...more }) });
const next = (tag: string, more: Parameters<typeof release>[1] = {}) =>
  state('Progressing', { release: release(tag, { startedAt: at(60), ...more }) });
const ended = (phase: RolloutState['phase'], more: Parameters<typeof release>[1] = {}) =>
  state(phase, { release: release('2.0', { images: ['podinfo:2.0'], peak: 40, ...more }) });
const failure = { outcome: 'failed', reason: 'ThresholdReached', message: 'failed 2 checks' } as const;

const ABORTED = { action: 'abort', at: at(30), user: 'alice' } as const;
const REVERTED = { action: 'revert', at: at(30), user: 'bob' } as const;
const APPROVED: Approval = { gate: 'confirm-promotion', hooks: ['qa'], at: at(20) };

const rows: Record<string, [RolloutState, RolloutState, object | undefined]> = {
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
  'one that somebody ended says who': [
    state('Finalising', { release: release('2.0', { ...failure, decidedBy: ABORTED }) }),
    ended('Failed', { ...failure, decidedBy: ABORTED, approvals: [APPROVED] }),
    { decidedBy: ABORTED, approvals: [APPROVED] },
  ],
  'one that was reverted says by whom, and is still itself': [
    under({ decidedBy: undefined }),
    state('Promoting', { release: release('1.0', { path: 'withdrawn', decidedBy: REVERTED }) }),
    { outcome: 'withdrawn', revision: revision('2.0'), images: ['podinfo:2.0'], decidedBy: REVERTED },
  ],
  'one that gives way has nothing of the next': [
    under(),
    next('3.0', { decidedBy: REVERTED, path: 'outside' }),
    { outcome: 'superseded', decidedBy: undefined },
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
