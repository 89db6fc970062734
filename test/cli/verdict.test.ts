import t from 'tap';
import { exitOf, verdictOf, type Wait, waitAfter } from '../../src/cli/verdict.ts';
import { viewOf } from '../../src/cli/view.ts';
import { ACTIVE, PHASES } from '../../src/rollout/machine/state.ts';
import { refusedStatus } from '../../src/rollout/machine/status.ts';
import { canary, type Stored } from './build.ts';

const v2: Wait = { revision: 'v2', seen: true };
const unseen: Wait = { revision: 'v2', seen: false };
const withdrawn: Stored = { phase: 'Initialized', release: { revision: 'v1' } };

const cases: Record<string, [stored: Stored, template: string | undefined, wait: Wait, kind: string, code: number]> = {
  'it rolled out': [{ phase: 'Succeeded', stable: 'v2' }, 'v2', v2, 'succeeded', 0],
  'it rolled out, and another one came already': [{ phase: 'Succeeded', stable: 'v2' }, 'v3', v2, 'succeeded', 0],
  'it is the stable one while another is analysed': [
    { phase: 'Progressing', release: { revision: 'v3' }, stable: 'v2' },
    'v3',
    unseen,
    'succeeded',
    0,
  ],
  'it failed': [{ phase: 'Failed' }, 'v2', v2, 'failed', 1],
  'its roll-out stalled': [{ phase: 'Stalled' }, 'v2', v2, 'failed', 1],
  'the settings are wrong': [{ phase: 'Succeeded', stable: 'v2', invalid: 'wrong' }, 'v2', v2, 'failed', 1],
  'the settings went wrong in mid-release, which goes on': [
    { phase: 'Progressing', invalid: 'wrong' },
    'v2',
    v2,
    'progressing',
    4,
  ],
  'a Deployment was enrolled': [
    { phase: 'Initialized', release: undefined },
    'v1',
    { revision: 'v1', seen: true },
    'succeeded',
    0,
  ],
  'nobody has looked at it yet': [{}, 'v2', v2, 'progressing', 4],
  'the last release succeeded, and the scheduler does not know of this one yet': [
    { phase: 'Succeeded', release: { revision: 'v1' } },
    'v2',
    v2,
    'progressing',
    4,
  ],
  'the last release failed, and the scheduler does not know of this one yet': [
    { phase: 'Failed', release: { revision: 'v0' } },
    'v2',
    unseen,
    'progressing',
    4,
  ],
  'the running version was applied again': [withdrawn, 'v1', v2, 'superseded', 1],
  'the running version was applied again, and that was asked for': [
    withdrawn,
    'v1',
    { revision: 'v1', seen: true },
    'succeeded',
    0,
  ],
  'a way back to the stable one has begun, and is asked about': [
    { phase: 'Progressing', stable: 'v1' },
    'v1',
    { revision: 'v1', seen: true },
    'progressing',
    4,
  ],
  'another one was applied': [{ phase: 'Progressing', release: { revision: 'v3' } }, 'v3', v2, 'superseded', 1],
  'another one was applied, and the Deployment must not be read': [
    { phase: 'Progressing', release: { revision: 'v3' } },
    undefined,
    v2,
    'superseded',
    1,
  ],
  'a revert begins': [{ phase: 'Promoting', release: { revision: 'v1', revert: 'v2' } }, 'v2', v2, 'progressing', 4],
  'it has been replaced since its promotion': [
    { phase: 'Succeeded', release: { revision: 'v3' }, stable: 'v3', previous: 'v2' },
    'v3',
    unseen,
    'superseded',
    1,
  ],
  'it was reverted before anybody asked': [
    { phase: 'Initialized', release: { revision: 'v1', revert: 'v2' } },
    'v1',
    unseen,
    'superseded',
    1,
  ],
  'it never came': [{ phase: 'Succeeded', release: { revision: 'v3' }, stable: 'v3' }, 'v3', unseen, 'progressing', 4],
};

for (const [sentence, [stored, template, wait, kind, code]] of Object.entries(cases)) {
  void t.test(sentence, async (t) => {
    const verdict = verdictOf(viewOf(canary(stored)), template, wait);
    t.equal(verdict.kind, kind);
    t.equal(exitOf(verdict), code);
  });
}

void t.test('a release that is under way has no verdict, but for a stalled one', async (t) => {
  for (const phase of PHASES) {
    const { kind } = verdictOf(viewOf(canary({ phase })), 'v2', v2);
    t.equal(kind === 'progressing', ACTIVE.has(phase) && phase !== 'Stalled', phase);
  }
});

void t.test('a verdict against it names what came instead', async (t) => {
  const view = viewOf(canary({ phase: 'Progressing', release: { revision: 'v3' } }));
  t.match(verdictOf(view, 'v4', v2), { by: 'v4' });
  t.match(verdictOf(view, undefined, v2), { by: 'v3' });
});

void t.test('a revision counts as seen once the Deployment or the Canary has it', async (t) => {
  const view = viewOf(canary({ phase: 'Progressing' }));
  t.strictSame(waitAfter(unseen, view, 'v3'), v2, 'the Canary');
  t.strictSame(
    waitAfter({ revision: 'v3', seen: false }, view, 'v3'),
    { revision: 'v3', seen: true },
    'the Deployment',
  );
  t.strictSame(waitAfter({ revision: 'v4', seen: false }, view, 'v3'), { revision: 'v4', seen: false }, 'neither');
});

void t.test('a wait for nothing in particular is for what comes first', async (t) => {
  const nothing = { revision: '', seen: true };
  t.strictSame(waitAfter(nothing, viewOf(canary()), undefined), nothing);
  t.strictSame(waitAfter(nothing, viewOf(canary({ phase: 'Progressing' })), undefined), v2);
});

void t.test('only a Canary that nobody has looked at is said to be so', async (t) => {
  t.match(verdictOf(viewOf(canary()), 'v2', v2), { note: 'the scheduler has not looked at it yet' });
  const refused = {
    reason: 'TargetTaken',
    message: 'taken',
    before: undefined,
    generation: 1,
    at: '2026-11-23T12:00:00Z',
  };
  const view = viewOf({ ...canary(), status: refusedStatus(refused) });
  t.strictSame(verdictOf(view, 'v2', v2), { kind: 'progressing' }, 'its own message says why');
  t.equal(view.message, 'taken');
});
