import t from 'tap';
import { ENROLLED, HELD, ROLLING } from '../../src/rollout/keys.ts';
import type { Deployment } from '../../src/rollout/kube.ts';
import { approved, ask, edit, holdOf, label, refused, type Stored, stored } from './build.ts';
import { heldV2, plain, V2 } from './rows.ts';

function fresh(from: Stored): Deployment {
  const { status: _, ...object } = stored(from);
  return edit(object as Deployment, label({ [ENROLLED]: undefined }));
}

t.test('a new Deployment that is not opted in passes as it is', async (t) => {
  t.same(approved(ask(undefined, fresh(plain))).patch, []);
});

t.test('without any annotation or label it is still answered', async (t) => {
  const object = fresh(plain);
  delete object.metadata.annotations;
  delete object.metadata.labels;
  t.same(approved(ask(undefined, object)).patch, []);
});

t.test('an opted-in one gets the label', async (t) => {
  const answer = approved(ask(undefined, fresh({})));
  t.equal(answer.after.metadata.labels?.[ENROLLED], 'true');
  t.equal(answer.queueKey, 'prod/podinfo');
  t.same(answer.warnings, []);
});

t.test('one from a backup taken while held loses hold and pause', async (t) => {
  const answer = approved(ask(undefined, fresh({ ...heldV2, rolling: { from: 'a', to: 'b' } })));
  t.equal(answer.after.metadata.annotations?.[HELD], undefined);
  t.equal(answer.after.metadata.annotations?.[ROLLING], undefined);
  t.equal(answer.after.spec.paused, undefined);
  t.match(answer.warnings[0], /came with the object and was dropped with its pause/);
});

t.test('a hold from a backup that cannot be read goes too', async (t) => {
  const answer = approved(ask(undefined, fresh({ ...heldV2, held: '?' })));
  t.equal(answer.after.metadata.annotations?.[HELD], undefined);
  t.equal(answer.after.spec.paused, undefined);
});

t.test('a pause that is its user’s own stays', async (t) => {
  t.equal(approved(ask(undefined, fresh({ paused: true }))).after.spec.paused, true);
  const answer = approved(ask(undefined, fresh({ held: holdOf(V2, { userPaused: true }) })));
  t.equal(answer.after.spec.paused, true);
  t.match(answer.warnings[0], /came with the object and was dropped; its user's own pause stays/);
});

t.test('a query that Prometheus may not know is told of', async (t) => {
  const metrics = '[{name: errors, threshold: 5, query: "rate(x)"}]';
  const answer = approved(ask(undefined, fresh({ annotations: { 'headgate.dev/metrics': metrics } })));
  t.match(answer.warnings, [
    /headgate\.dev\/metrics\[0\]\.query is not what Prometheus takes: rate at line 1, column 1 wants a range/,
  ]);
});

t.test('wrong settings are refused', async (t) => {
  const refusal = refused(ask(undefined, fresh({ annotations: { 'headgate.dev/interval': 'soon' } })));
  t.equal(refusal.code, 422);
});
