import t from 'tap';
import { fact } from '../../../src/rollout/machine/facts.ts';
import { MOST_NOTICES, type Notice, outboxAfter } from '../../../src/rollout/machine/outbox.ts';
import type { RolloutState } from '../../../src/rollout/machine/state.ts';
import type { Alert, Hook } from '../../../src/rollout/spec/spec-types.ts';
import { at, LABEL, observation, release, SELF, START, spec, state } from '../../build.ts';

const alert = (name: string, more: Partial<Alert> = {}): Alert => ({
  ...{ name, severity: 'info', provider: { name: 'slack' }, checks: false },
  ...more,
});
const hook: Hook = {
  ...{ name: 'log', type: 'event', url: 'http://events.test/', timeoutMs: 1_000, retries: 0, metadata: {} },
  muteAlert: false,
};

interface Given {
  alerts?: Alert[];
  webhooks?: Hook[];
  defaultAlerts?: { name: string; severity: 'info' | 'warn' | 'error' }[];
  receipts?: { notice: string; to: string }[];
}

const situation = ({ alerts = [], webhooks = [], receipts = [], ...more }: Given) => ({
  ...{ spec: spec((usual) => Object.assign(usual.analysis, { alerts, webhooks })), seen: observation({ receipts }) },
  ...{ now: START, settleMs: 0, scrapeMs: 1_000, label: LABEL, ...SELF, ...more },
});

const told = (given: Given, reason: Parameters<typeof fact>[0], muted?: true): string[] => {
  const about = { ...fact(reason, 'words', '2.0'), ...(muted && { muted }) };
  return outboxAfter(situation(given), state('Progressing'), [about]).outbox?.flatMap(({ to }) => to) ?? [];
};

const everything = { alerts: [alert('team'), alert('on-call', { severity: 'error' })] };
const rows: Record<string, [Given, Parameters<typeof fact>[0], string[], muted?: true]> = {
  'a new revision is told to who wants everything': [everything, 'NewRevision', ['alert/team']],
  'a failure is told to all': [everything, 'ThresholdReached', ['alert/team', 'alert/on-call']],
  'an approval that is awaited is a warning': [
    { alerts: [alert('a', { severity: 'warn' }), alert('b', { severity: 'error' })] },
    'WaitingForApproval',
    ['alert/a'],
  ],
  'a gate may be mute': [everything, 'WaitingForApproval', [], true],
  'a failed check is told to who asks for checks': [
    { alerts: [alert('team'), alert('all', { checks: true })] },
    'CheckFailed',
    ['alert/all'],
  ],
  'a failed check is no error': [{ alerts: [alert('all', { checks: true, severity: 'error' })] }, 'CheckFailed', []],
  'a step is nobody told': [everything, 'Advanced', []],
  'a failure is not told again when it is over': [everything, 'RolledBack', []],
  'without alerts the receivers of the installation are told': [
    { defaultAlerts: [{ name: 'slack', severity: 'info' }] },
    'Promoted',
    ['default/slack'],
  ],
  'alerts take their place': [
    { ...everything, defaultAlerts: [{ name: 'slack', severity: 'info' }] },
    'Promoted',
    ['alert/team'],
  ],
  'a hook hears everything': [{ webhooks: [hook] }, 'Advanced', ['hook/log']],
  'also what is mute': [{ webhooks: [hook] }, 'WaitingForApproval', ['hook/log'], true],
};

for (const [claim, [given, reason, receivers, muted]] of Object.entries(rows)) {
  t.same(told(given, reason, muted), receivers, claim);
}

const notice = (id: string, to: string[]): Notice => ({
  ...{ id, at: at(0), reason: 'Promoted', severity: 'info', message: 'words', phase: 'Succeeded', weight: 0 },
  to,
});
const holding = (...outbox: Notice[]): RolloutState => state('Succeeded', { told: 7, outbox });

void t.test('what was delivered leaves, and the rest stays as it is', async (t) => {
  const kept = notice('2', ['alert/a']);
  const before = holding(notice('1', ['alert/a', 'alert/b']), kept);
  const after = outboxAfter(situation({ receipts: [{ notice: '1', to: 'alert/b' }] }), before, []);
  t.same(after, { told: 7, outbox: [notice('1', ['alert/a']), kept] });
  const receipts = [...before.outbox!].flatMap(({ id, to }) => to.map((receiver) => ({ notice: id, to: receiver })));
  t.same(outboxAfter(situation({ receipts }), before, []), { told: 7 }, 'an empty outbox is none');
});

void t.test('every notice has an id of its own, which goes on where the last one was', async (t) => {
  const facts = [fact('NewRevision', 'a', '2.0'), fact('Advanced', 'b', '2.0'), fact('ThresholdReached', 'c', '2.0')];
  const given = situation({ alerts: [alert('team')] });
  const under = state('Progressing', { told: 7, release: release('2.0', { weight: 20 }) });
  const { outbox = [], told: count } = outboxAfter(given, under, facts);
  t.equal(count, 9);
  t.match(outbox, [
    { id: /^8-/, severity: 'info', phase: 'Progressing', weight: 20 },
    { id: /^9-/, severity: 'error' },
  ]);
});

void t.test(`no more than ${MOST_NOTICES} are kept, the newest`, async (t) => {
  const full = holding(...Array.from({ length: MOST_NOTICES }, (_, index) => notice(`${index}`, ['alert/gone'])));
  const { outbox = [] } = outboxAfter(situation({ alerts: [alert('team')] }), full, [fact('Promoted', 'words')]);
  t.equal(outbox.length, MOST_NOTICES);
  t.match([outbox[0], outbox.at(-1)], [{ id: '1' }, { id: /^8-/ }]);
});
