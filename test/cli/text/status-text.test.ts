import t from 'tap';
import { lineKey, statusBlock, statusLine } from '../../../src/cli/text/status-text.ts';
import { headDetails } from '../../../src/cli/tree/head.ts';
import { viewOf } from '../../../src/cli/view.ts';
import type { Canary } from '../../../src/rollout/machine/canary.ts';
import type { Awaiting } from '../../../src/rollout/machine/state.ts';
import type { CanaryStatus } from '../../../src/rollout/machine/status.ts';
import { withPins } from '../../../src/rollout/pins/pins.ts';
import { deployment } from '../../build.ts';
import { canary, NOW, type Stored } from '../build.ts';

const paint = (_colour: string, text: string): string => text;
const line = (stored: Stored, note?: string): string =>
  statusLine(viewOf(canary(stored)), { now: NOW, paint, ...(note !== undefined && { note }) });

const AWAITING: Awaiting = { gate: 'confirm-promotion', since: '2026-11-23T11:55:00.000Z' };

const lines: Record<string, [actual: string, wanted: string]> = {
  'a release shows the weight that is asked for': [
    line({ phase: 'Progressing', release: { weight: 20, failedChecks: 1 }, routed: 10 }),
    '2026-11-23T12:00:00Z  Progressing  weight 20%   step 0/0  failed 1  v2  A revision is held; its canary is analysed.',
  ],
  'a failed one says why': [
    line({ phase: 'Failed', release: { weight: 50, message: 'failed 5 checks' }, routed: 0 }),
    '2026-11-23T12:00:00Z  Failed       weight 0%    step 0/0  failed 0  v2  failed 5 checks',
  ],
  'a message of several lines becomes one': [
    line({ phase: 'Initialized', release: undefined, invalid: '2 problems:\n- a\n- b' }),
    '2026-11-23T12:00:00Z  Initialized  weight 0%    step 0/0  failed 0  v1  2 problems: - a - b',
  ],
  'a note stands in the place of the message': [
    line({ phase: 'Failed' }, 'not taken up'),
    '2026-11-23T12:00:00Z  Failed       weight 0%    step 0/0  failed 0  v2  not taken up',
  ],
  'what a message says cannot steer a terminal': [
    line({ phase: 'Paused', release: { weight: 0, message: 'hook said \u001B[2J\u0007nothing' } }),
    '2026-11-23T12:00:00Z  Paused       weight 0%    step 0/0  failed 0  v2  hook said [2J nothing',
  ],
  'an approval that is not asked for yet stands in the place of the message': [
    line({ phase: 'Progressing', release: { weight: 50, awaiting: AWAITING } }),
    '2026-11-23T12:00:00Z  Progressing  weight 50%   step 0/0  failed 0  v2  waits for confirm-promotion',
  ],
  'an approval that was refused is in the message': [
    line({
      phase: 'Progressing',
      release: { weight: 50, awaiting: { ...AWAITING, message: 'no' }, message: 'waits: no' },
    }),
    '2026-11-23T12:00:00Z  Progressing  weight 50%   step 0/0  failed 0  v2  waits: no',
  ],
  'a Canary without a status is pending': [
    line({}),
    '2026-11-23T12:00:00Z  Pending      weight 0%    step -  failed 0  -',
  ],
};

for (const [sentence, [actual, wanted]] of Object.entries(lines)) {
  void t.test(sentence, async (t) => {
    t.equal(actual, wanted);
  });
}

void t.test('a block says who decided', async (t) => {
  const at = '2026-11-23T11:55:00.000Z';
  const decidedBy = { action: 'abort', at, user: 'a\nb' } as const;
  const block = statusBlock(viewOf(canary({ phase: 'Failed', release: { decidedBy } })), { now: NOW, paint });
  t.ok(block.includes('Decided:        aborted by command of a\uFFFDb'), block.join('\n'));
  t.notOk(
    statusBlock(viewOf(canary({ phase: 'Failed' })), { now: NOW, paint }).some((text) => text.startsWith('Decided')),
  );
});

void t.test(
  'a line is worth printing for a new phase, weight, failed check, revision, reason, approval or note',
  async (t) => {
    const stored: Stored = { phase: 'Progressing', release: { weight: 20 } };
    const key = lineKey(viewOf(canary(stored)));
    const changes: Stored[] = [
      { ...stored, phase: 'Paused' },
      { ...stored, release: { weight: 30 } },
      { ...stored, release: { weight: 20, failedChecks: 1 } },
      { ...stored, release: { weight: 20, revision: 'v3' } },
      { ...stored, release: { weight: 20, reason: 'Waiting' } },
      { ...stored, release: { weight: 20, awaiting: AWAITING } },
    ];
    for (const change of changes) t.not(lineKey(viewOf(canary(change))), key, JSON.stringify(change));
    t.not(lineKey(viewOf(canary(stored)), 'a note'), key);
  },
);

void t.test('nothing else is', async (t) => {
  const stored: Stored = { phase: 'Progressing', release: { weight: 20 } };
  const key = lineKey(viewOf(canary(stored)));
  const changes: Stored[] = [
    { ...stored, routed: 20 },
    { ...stored, release: { weight: 20, ready: 2, checkAt: '2026-11-23T12:00:30Z' } },
    { ...stored, command: { id: '1', accepted: false, message: 'no' } },
  ];
  for (const change of changes) t.equal(lineKey(viewOf(canary(change))), key, JSON.stringify(change));
});

void t.test('status says since when it waits for an approval', async (t) => {
  const lines = statusBlock(viewOf(canary({ phase: 'Progressing', release: { awaiting: AWAITING } })), {
    now: NOW,
    paint,
  });
  t.ok(lines.includes('Waits for:      confirm-promotion, for 5m'));
  t.ok(lines.includes('Message:        waits for confirm-promotion'));
});

void t.test('status and the tree say that a command waits, until it is taken up', async (t) => {
  const annotations = { 'headgate.dev/command': '{"id":"1","action":"abort"}' };
  const waiting = viewOf(canary({ phase: 'Progressing', annotations }));
  t.ok(statusBlock(waiting, { now: NOW, paint }).includes('Asked for:      abort, not taken up yet'));
  t.match(headDetails(waiting, NOW).at(-1), { text: 'abort is asked for, and not taken up yet' });
  const taken = canary({ phase: 'Progressing', annotations, command: { id: '1', accepted: false, message: 'no' } });
  t.equal(viewOf(taken).asked, undefined);
});

void t.test('status without --watch says everything, and leaves out what there is not', async (t) => {
  const release = viewOf(canary({ phase: 'Progressing', release: { weight: 20 }, routed: 10 }));
  t.strictSame(statusBlock(release, { now: NOW, paint }), [
    'Canary:         prod/podinfo',
    'Status:         Progressing for 1m20s',
    'Weight:         20%, 10% on the route',
    'Step:           0/0',
    'Failed checks:  0',
    'Revision:       v2 (asked for by alice, 3m ago)',
    'Running:        v1',
    'Message:        A revision is held; its canary is analysed.',
  ]);
  t.strictSame(statusBlock(viewOf(canary()), { now: NOW, paint, note: 'wait' }), [
    'Canary:         prod/podinfo',
    'Status:         Pending',
    'Weight:         0%',
    'Failed checks:  0',
    'Message:        wait',
  ]);
});

void t.test('status names what the running version is pinned to, or says that it is not', async (t) => {
  const conditions = [{ type: 'ConfigPinned', status: 'True' as const }];
  const template = withPins(deployment('1.0').spec.template, 'configmap/app=app-1,secret/db=db-2');
  const stable = { revision: 'v1', template, available: true };
  const contentOf = (status: Partial<CanaryStatus>) => viewOf({ ...canary(), status } as Canary).content;
  t.equal(contentOf({ conditions, stable }), 'pinned to app-1, db-2');
  t.equal(contentOf({ conditions, stable: { ...stable, template: withPins(template, '') } }), 'not pinned');
  t.equal(contentOf({ stable }), '', 'nothing is tracked');
});
