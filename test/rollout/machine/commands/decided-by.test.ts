import t from 'tap';
import { BYPASS, BYPASS_AT, BYPASS_BY, BYPASS_SPENT } from '../../../../src/rollout/keys.ts';
import { BYPASS_MS } from '../../../../src/rollout/workload/bypass.ts';
import { annotated, at, deployment, held, release, revision, START, spec, state } from '../../../build.ts';
import { after, live, progressing } from '../decided.ts';

/** `after` decides ten seconds after the start. */
const NOW = START + 10_000;
const armed = { [BYPASS]: 'incident 1', [BYPASS_BY]: 'carol', [BYPASS_AT]: at(0) };
const expired = { ...armed, [BYPASS_AT]: new Date(NOW - BYPASS_MS).toISOString() };
const gone = { [BYPASS]: undefined, [BYPASS_BY]: undefined, [BYPASS_AT]: undefined };
const idle = state('Initialized', {
  stable: { revision: revision('1.0'), template: deployment().spec.template, available: true },
});
const written = (decision: ReturnType<typeof after>): unknown[] =>
  decision.effects.flatMap((effect) => (effect.do === 'annotate' ? [effect.annotations] : []));

t.test('a revision that went past the gate says whose bypass that was', async (t) => {
  const past = (notes: Record<string, string>) => after(idle, { deployment: deployment('2.0', annotated(notes)) });
  const by = { action: 'bypass', at: at(10) };
  const rows: Record<string, [Record<string, string>, object | undefined, RegExp]> = {
    'of a user': [armed, { ...by, user: 'carol', reason: 'incident 1' }, /by bypass of carol \(incident 1\) and rolls/],
    'one that has just expired': [expired, { ...by, user: 'carol', reason: 'incident 1' }, /by bypass of carol/],
    'past the webhook': [{ [BYPASS]: 'x' }, by, /by bypass of an unknown user \(the webhook was away\) and rolls/],
    'one that does not count': [{ ...armed, [BYPASS_SPENT]: 'incident 1' }, undefined, /went past the gate and rolls/],
    none: [{}, undefined, /went past the gate and rolls/],
  };
  for (const [claim, [notes, decidedBy, message]] of Object.entries(rows)) {
    const { state: next, facts } = past(notes);
    t.same(next.release?.decidedBy, decidedBy, claim);
    t.match(facts, [{ reason: 'WentAround', message }], claim);
  }
});

t.test('a bypass whose time is over goes for good, and is told of once', async (t) => {
  const seen = { deployment: deployment('1.0', annotated({ ...expired, [BYPASS_SPENT]: 'before' })) };
  const first = after(idle, seen);
  t.same(written(first), [{ ...gone, [BYPASS_SPENT]: 'incident 1\nbefore' }]);
  t.match(first.facts, [{ reason: 'BypassExpired', message: /of podinfo\.prod by carol has expired/ }]);
  const second = after(first.state, seen);
  t.same(written(second), written(first), 'until it is seen to be gone');
  t.same(second.facts, []);
  t.same(second.state, first.state);
});

t.test('it waits for a write of the hold, which is one of the same object', async (t) => {
  const { effects } = after(state('Promoting', { release: release('2.0') }), {
    deployment: deployment('2.0', held(), annotated(expired)),
  });
  t.same(
    effects.map((effect) => effect.do).filter((verb) => verb === 'liftHold' || verb === 'annotate'),
    ['liftHold'],
  );
});

t.test('one in force stays, and is looked at when it ends', async (t) => {
  const decision = after(idle, { deployment: deployment('1.0', annotated(armed)) });
  t.same(written(decision), []);
  t.ok((decision.wakeAt ?? Infinity) <= START + BYPASS_MS);
  const later = after(progressing({ weight: 0 }), { deployment: deployment('2.0', held(), annotated(armed)) });
  t.same(written(later), [], 'also beside a hold');
});

t.test('one that was written past the webhook gets its time, and one that is spent nothing', async (t) => {
  const unstamped = after(idle, { deployment: deployment('1.0', annotated({ [BYPASS]: 'x' })) });
  t.same(written(unstamped), [{ [BYPASS_AT]: at(10) }]);
  const spent = after(idle, { deployment: deployment('1.0', annotated({ ...armed, [BYPASS_SPENT]: 'incident 1' })) });
  t.same(written(spent), []);
  t.same(spent.facts, []);
});

t.test('gates that let a release pass are remembered, the last of each type', async (t) => {
  const wanted = spec(({ analysis }) => {
    analysis.weights = [20];
    analysis.webhooks = ['qa', 'legal'].map((name) => ({
      ...{ name, type: 'confirm-promotion', url: 'http://hooks.test', timeoutMs: 1_000, retries: 0 },
      ...{ metadata: {}, muteAlert: false },
    }));
  });
  const awaiting = { gate: 'confirm-promotion', since: at(5), message: 'closed' } as const;
  const before = { gate: 'confirm-promotion', hooks: ['old'], at: at(1) } as const;
  const other = { gate: 'confirm-rollout', hooks: ['first'], at: at(1) } as const;
  const given = progressing({ ...live, weight: 20, weightSince: at(0), ready: 1, awaiting });
  const { startedAt = '' } = given.release ?? {};
  const answers = ['qa', 'legal'].map((name) => ({
    ...{ id: `${startedAt} confirm-promotion ${at(5)} ${name}`, outcome: 'passed' as const, message: '', at: NOW },
  }));
  const approvals = [
    { ...before, hooks: ['old'] },
    { ...other, hooks: ['first'] },
  ];
  const decision = after(
    { ...given, release: { ...release('2.0'), ...given.release, approvals } },
    { ...live, answers },
    wanted,
  );
  t.equal(decision.state.phase, 'Promoting');
  t.same(decision.state.release?.approvals, [other, { gate: 'confirm-promotion', hooks: ['qa', 'legal'], at: at(10) }]);
  t.equal(decision.state.release?.decidedBy, undefined, 'nobody overruled the analysis');
});

t.test('a hook that takes a release back is named', async (t) => {
  const wanted = spec(({ analysis }) => {
    analysis.webhooks = [
      {
        ...{ name: 'alarms', type: 'rollback', url: 'http://hooks.test', timeoutMs: 1_000, retries: 0 },
        ...{ metadata: {}, muteAlert: false },
      },
    ];
  });
  const given = progressing();
  const id = `${given.release?.startedAt} rollback alarms`;
  const decision = after(given, { ...live, answers: [{ id, outcome: 'passed', message: '', at: NOW }] }, wanted);
  t.same(decision.state.release?.decidedBy, { action: 'rollback', at: at(10), hook: 'alarms' });
});
