import t from 'tap';
import { COMMAND, COMMAND_BY } from '../../../../src/rollout/keys.ts';
import { type Command, readCommand } from '../../../../src/rollout/machine/commands/command-annotation.ts';
import {
  annotated,
  at,
  deployment,
  held,
  recreate,
  release,
  replicas,
  revision,
  service,
  state,
} from '../../../build.ts';
import { after, expect, failed, live, progressing } from '../decided.ts';

const command = (action: Command['action']): { command: Command } => ({ command: { id: 'c1', action } });

const readFrom = (text: string) => {
  const read = readCommand({ [COMMAND]: text });
  return read === undefined ? {} : { command: read };
};

expect({
  'promotion by command before there is a canary needs none': [
    after(progressing({ weight: 0 }), { deployment: deployment('2.0', held()), ...command('promote') }),
    { phase: 'Promoting', effects: ['liftHold'], facts: ['Promoting'] },
  ],
  'promotion by command where the roll-out stops the pods takes all traffic first': [
    after(progressing(), { ...live, deployment: deployment('2.0', held(), recreate), ...command('promote') }),
    { phase: 'Progressing', effects: ['scaleCanary'], facts: ['Advanced'], release: { weight: 100, replicas: 4 } },
  ],
  'a command for another revision is refused': [
    after(progressing(), { ...live, command: { id: 'c1', action: 'abort', revision: revision('1.0') } }),
    { phase: 'Progressing', facts: ['CommandRefused'] },
  ],
  'a command is carried out once': [
    after({ ...progressing(), command: { id: 'c1', accepted: true, message: '' } }, { ...live, ...command('abort') }),
    { phase: 'Progressing', facts: [] },
  ],
  'an annotation that is no command is refused': [
    after(progressing(), { ...live, ...readFrom('abort') }),
    { phase: 'Progressing', facts: ['CommandRefused'] },
  ],
  'and that once': [
    after(
      { ...progressing(), command: { id: 'abort', accepted: false, message: '' } },
      { ...live, ...readFrom('abort') },
    ),
    { phase: 'Progressing', facts: [] },
  ],
  'revert keeps the pause that its user had': [
    after(state('Waiting', { release: release('2.0') }), {
      deployment: deployment('2.0', held({ userPaused: true })),
      ...command('revert'),
    }),
    { phase: 'Promoting', effects: ['restoreTemplate'], facts: ['Withdrawn'] },
  ],
  'a retry tells what is still in its way': [
    after(
      state('Failed', { release: release('2.0', { outcome: 'failed', reason: 'NoTraffic', message: 'had none' }) }),
      { deployment: deployment('2.0', held(failed)), taken: [service('podinfo-canary')], ...command('retry') },
    ),
    { phase: 'Waiting', facts: ['NewRevision', 'NameTaken'], release: { reason: 'NameTaken' } },
  ],
  'a retry that cannot start says why': [
    after(
      state('Failed', { release: release('2.0', { outcome: 'failed', reason: 'NoTraffic', message: 'had none' }) }),
      {
        deployment: deployment('2.0', replicas(0), held(failed)),
        ...command('retry'),
      },
    ),
    {
      phase: 'Waiting',
      effects: ['writeHold'],
      facts: ['NewRevision', 'Waiting'],
      release: { reason: 'Waiting', outcome: undefined },
    },
  ],
});

const reverting = after(state('Waiting', { release: release('2.0') }), {
  deployment: deployment('2.0', held({ userPaused: true })),
  ...command('revert'),
});
t.match(reverting.effects[0], { keepPaused: true }, 'the restored Deployment stays paused');

for (const text of ['abort', '{"action":"abort"}', '{"id":"1","action":"stop"}', '[]', '']) {
  t.match(readCommand({ [COMMAND]: text }), { problem: /is no command; use kubectl headgate abort, / }, text);
}
const { facts } = after(progressing(), { ...live, ...readFrom('abort') });
t.match(facts, [{ message: /^podinfo\.prod: headgate\.dev\/command is no command; .*"action": "abort"/ }]);
const closed = {
  deployment: deployment('2.0', annotated({ 'headgate.dev/held': 'x' })),
  hold: { state: 'unreadable' as const, raw: 'x' },
};
t.match(after(progressing(), { ...live, ...closed, ...command('abort') }).facts, [
  { reason: 'CommandRefused', message: /the hold on the Deployment cannot be read/ },
]);

const given = (action: Command['action'], by?: string) => ({
  command: { id: 'c1', action, ...(by !== undefined && { by }) },
});
const by = 'alice@example.com';
const decided = (action: string, user?: string) => ({
  release: { decidedBy: { action, at: at(10), ...(user !== undefined && { user }) } },
});
const aborted = after(progressing(), { ...live, ...given('abort', by) });
t.match(aborted.state, decided('abort', by));
t.match(aborted.facts, [{ reason: 'Aborted', message: /was aborted by command of alice@example\.com; traffic/ }]);
const promoted = after(progressing(), { ...live, deployment: deployment('2.0', held()), ...given('promote', by) });
t.match(promoted.state, decided('promote', by));
t.match(promoted.facts, [
  { reason: 'Promoting', message: /is promoted by command of alice@example\.com; rolling out/ },
]);
const unknown = after(progressing(), { ...live, ...given('abort') });
t.notOk(unknown.state.release?.decidedBy?.user);
t.match(unknown.facts, [{ message: /by command of an unknown user \(the webhook was away\)/ }]);
const hostile = after(progressing(), { ...live, ...given('abort', 'a\u001b[2J\nb\u202Ec') });
t.match(hostile.facts, [{ message: /by command of a\uFFFD\[2J\uFFFDb\uFFFDc; / }], 'a name steers no terminal');
const refused = after(state('Initialized'), { ...given('abort', by) });
t.match(refused.facts, [{ reason: 'CommandRefused', message: /\(command of alice@example\.com\)$/ }]);
const again = after(
  state('Failed', {
    release: release('2.0', { outcome: 'failed', decidedBy: { action: 'abort', at: at(0), user: 'bob' } }),
  }),
  { deployment: deployment('2.0', held(failed)), ...given('retry', by) },
);
t.equal(again.state.release?.decidedBy, undefined, 'a release that is tried again was decided by nobody yet');
t.match(again.facts, [{ reason: 'NewRevision', message: /is tried again by command of alice@example\.com/ }]);
t.same(readCommand({ [COMMAND]: '{"id":"1","action":"abort","by":"eve"}', [COMMAND_BY]: by }), {
  ...{ id: '1', action: 'abort' },
  by,
});
t.same(readCommand({ [COMMAND]: '{"id":"1","action":"abort","by":"eve"}' }), { id: '1', action: 'abort' });
t.equal(readCommand({ [COMMAND_BY]: by }), undefined, 'a name alone is no command');
