import t from 'tap';
import { releasesOf } from '../../src/cli/releases.ts';
import { table } from '../../src/cli/table.ts';
import { decidedText } from '../../src/cli/text/decided-text.ts';
import { historyColumns } from '../../src/cli/text/history-text.ts';
import type { PastRelease } from '../../src/rollout/machine/history.ts';
import { canary, NOW, type Stored } from './build.ts';

const past = (revision: string, more: Partial<PastRelease> = {}): PastRelease => ({
  revision,
  images: [`registry.example.com/team/podinfo:${revision}`],
  requestedBy: 'alice',
  path: 'canary',
  startedAt: '2026-11-23T11:00:00.000Z',
  endedAt: '2026-11-23T11:12:30.000Z',
  outcome: 'succeeded',
  weight: 50,
  failedChecks: 0,
  ...more,
});

const PAST = [
  past('v1', {
    outcome: 'failed',
    weight: 30,
    failedChecks: 5,
    reason: 'ThresholdReached',
    message: 'failed 5\nchecks',
    decidedBy: { action: 'abort', at: '2026-11-23T11:12:00.000Z', user: 'bob\u001b[31m' },
  }),
  past('v0', {
    outcome: 'superseded',
    weight: 0,
    startedAt: '2026-11-21T11:00:00.000Z',
    endedAt: '2026-11-21T11:00:40.000Z',
  }),
];

const remembering = (stored: Stored, history: PastRelease[] = PAST) => {
  const { status, ...rest } = canary(stored);
  return { ...rest, status: { ...status, history } };
};

const shown = (stored: Stored, wide = false): string[] =>
  table(historyColumns({ now: NOW, paint: (_, text) => text, wide }), releasesOf(remembering(stored)));

void t.test('releases that are over, the newest first', async (t) => {
  t.strictSame(shown({ phase: 'Failed' }), [
    'REVISION   OUTCOME      STARTED    TOOK   WEIGHT   IMAGES       REQUESTED BY   DECIDED                          REASON',
    'v1         failed       1h ago     12m    30       podinfo:v1   alice          aborted by command of bob\uFFFD[31m   ThresholdReached',
    'v0         superseded   2d1h ago   40s    0        podinfo:v0   alice          -                                -',
  ]);
});

void t.test('the one under way is on top, with its phase and the most weight that it had', async (t) => {
  const release = { revision: 'v2', weight: 0, peak: 20, images: ['podinfo:v2'], reason: 'Aborted' };
  const [, first = '', second = ''] = shown({ phase: 'Finalising', release });
  t.match(first, /^v2 +Finalising +3m ago +3m +20 +podinfo:v2 +alice +- +Aborted$/);
  t.match(second, /^v1 /);
});

void t.test('one that is in the history already is not told twice', async (t) => {
  const canaryWithBoth = remembering({ phase: 'Finalising' }, [
    past('v2', { startedAt: '2026-11-23T11:57:00.000Z' }),
    ...PAST,
  ]);
  t.strictSame(
    releasesOf(canaryWithBoth).map(({ revision }) => revision),
    ['v2', 'v1', 'v0'],
  );
});

void t.test('-o wide has whole images, failed checks and why', async (t) => {
  const [heading = '', first = ''] = shown({ phase: 'Failed' }, true);
  t.match(heading, /REASON +FAILED +MESSAGE$/);
  t.match(first, /registry\.example\.com\/team\/podinfo:v1 .* 5 +failed 5 checks$/);
});

void t.test('a Canary without a past has nothing to list', async (t) => {
  t.strictSame(releasesOf(canary()), []);
});

void t.test('who decided, in words', async (t) => {
  const at = '2026-11-23T11:12:00.000Z';
  const rows: Record<string, Parameters<typeof decidedText>[0]> = {
    '': {},
    'promoted by command of alice': { decidedBy: { action: 'promote', at, user: 'alice' } },
    'reverted by command of an unknown user (the webhook was away)': { decidedBy: { action: 'revert', at } },
    'by bypass of carol (incident 1)': { decidedBy: { action: 'bypass', at, user: 'carol', reason: 'incident 1' } },
    'taken back by hook alarms': { decidedBy: { action: 'rollback', at, hook: 'alarms' } },
    'confirm-promotion approved by qa, legal': {
      approvals: [
        { gate: 'confirm-rollout', hooks: ['first'], at },
        { gate: 'confirm-promotion', hooks: ['qa', 'legal'], at },
      ],
    },
  };
  for (const [words, decided] of Object.entries(rows)) t.equal(decidedText(decided), words);
  const release = { revision: 'v2', decidedBy: { action: 'promote', at, user: 'alice' } } as const;
  t.match(releasesOf(canary({ phase: 'Promoting', release })), [{ decidedBy: release.decidedBy }], 'also under way');
});
