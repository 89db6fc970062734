import t, { type Test } from 'tap';
import { CANARY, HELD } from '../../src/rollout/keys.ts';
import { annotate, edit, image, stored } from './build.ts';
import { V2 } from './rows.ts';
import { type Harness, review, webhook } from './webhook.ts';

interface Response {
  uid: string;
  allowed: boolean;
  patch?: string;
  patchType?: string;
  warnings?: string[];
  status?: { code: number; reason: string; message: string };
  auditAnnotations?: Record<string, string>;
}

async function post({ server }: Harness, payload: object | string, path = '/mutate'): Promise<Response> {
  const answer = await server.app.inject({
    method: 'POST',
    url: path,
    headers: { 'content-type': 'application/json' },
    payload,
  });
  const body = answer.json() as { apiVersion: string; kind: string; response: Response };
  if (answer.statusCode !== 200 || body.kind !== 'AdmissionReview') throw new Error(answer.body);
  return body.response;
}

const opened = (t: Test, options?: Parameters<typeof webhook>[0]): Harness => {
  const harness = webhook(options);
  t.teardown(() => harness.server.stop());
  return harness;
};
const old = stored();
const change = edit(old, image(V2));

t.test('a held change is answered with patch, warning and audit annotations', async (t) => {
  const response = await post(opened(t), review(change, old));
  t.match(response, { uid: 'u-1', allowed: true, patchType: 'JSONPatch', auditAnnotations: { decision: 'hold' } });
  const patch = JSON.parse(Buffer.from(response.patch ?? '', 'base64').toString('utf8')) as { path: string }[];
  t.ok(patch.some(({ path }) => path === '/spec/paused'));
  t.match(response.warnings?.[0], /is held/);
  t.match(response.auditAnnotations?.['revision'], /^[0-9a-f]{10}$/);
});

t.test('nothing to change gives no patch and no patch type', async (t) => {
  const response = await post(opened(t), review(old, old));
  t.same(response, { uid: 'u-1', allowed: true, auditAnnotations: { decision: 'pass' } });
});

t.test('a refusal is an answer, not an error', async (t) => {
  const response = await post(opened(t), review(edit(old, annotate({ [CANARY]: 'yes' })), old));
  t.match(response, { uid: 'u-1', allowed: false, status: { code: 422, reason: 'Invalid', message: /headgate: / } });
});

t.test('the hint is given after the answer, and never for a dry run or a refusal', async (t) => {
  const harness = opened(t);
  await post(harness, review(change, old));
  t.same(harness.woken, ['prod/podinfo']);
  await post(harness, review(change, old, { dryRun: true }));
  await post(harness, review(edit(old, annotate({ [CANARY]: 'yes' })), old));
  t.same(harness.woken, ['prod/podinfo']);
});

t.test('a dry run gets the same patch', async (t) => {
  const harness = opened(t);
  const real = await post(harness, review(change, old));
  const dry = await post(harness, review(change, old, { dryRun: true }));
  t.same(dry, real);
});

t.test('a hint that fails, or hangs, fails no request', async (t) => {
  const failing = opened(t, { enqueue: async () => Promise.reject(new Error('Redis is gone')) });
  t.ok((await post(failing, review(change, old))).allowed);
  await new Promise(setImmediate);
  t.match(failing.enqueueErrors, [{ message: 'Redis is gone' }]);
  const throwing = opened(t, {
    enqueue: () => {
      throw new Error('at once');
    },
  });
  t.ok((await post(throwing, review(change, old))).allowed);
  t.ok((await post(opened(t, { enqueue: () => new Promise(() => undefined) }), review(change, old))).allowed);
});

const strange: Record<string, [object, RegExp]> = {
  'no object': [review(null), /request.object is not a Deployment/],
  'an update without the old object': [review(change, undefined, { operation: 'UPDATE' }), /request.oldObject is not/],
  'an object of another shape': [review({ metadata: {}, spec: { template: 3 } }, old), /is not a Deployment/],
  'annotations that are no texts': [
    review(
      edit(change, ({ metadata }) => Object.assign(metadata, { annotations: { a: 1 } })),
      old,
    ),
    /not a Deployment/,
  ],
  'another version of reviews': [{ ...review(change, old), apiVersion: 'admission.k8s.io/v2' }, /apiVersion is not/],
};

t.test('what cannot be read is refused with its UID', async (t) => {
  for (const [sentence, [body, message]] of Object.entries(strange)) {
    const response = await post(opened(t), body);
    t.match(response, { uid: 'u-1', allowed: false, status: { message } }, sentence);
  }
  for (const body of [{}, { request: 3 }, [], { apiVersion: 'admission.k8s.io/v1', request: {} }]) {
    t.match(await post(opened(t), body), { uid: '', allowed: false });
  }
});

t.test('what is not Headgate’s to judge passes', async (t) => {
  const resource = { group: 'apps', version: 'v1', resource: 'daemonsets' };
  t.match(await post(opened(t), review({}, undefined, { resource })), { allowed: true });
  t.match(await post(opened(t), review(null, undefined, { operation: 'DELETE' })), { allowed: true });
  t.match(await post(opened(t), review(change, old, { subResource: 'status' })), { allowed: true });
});

t.test('a pod template without containers, as the API server shows it before it validates', async (t) => {
  const empty = edit(old, ({ spec }) =>
    Object.assign(spec.template, { metadata: { creationTimestamp: null }, spec: { containers: null } }),
  );
  const response = await post(opened(t), review(empty, old));
  t.type(response.allowed, 'boolean');
  t.not(response.status?.code, 500);
});

t.test('a mistake of ours refuses, with the UID, and is logged', async (t) => {
  const harness = opened(t);
  const broken = edit(old, ({ status }) => Object.assign(status ?? {}, { conditions: 3, updatedReplicas: 1 }));
  const response = await post(harness, review(change, broken));
  t.match(response, {
    uid: 'u-1',
    allowed: false,
    status: { code: 500, message: /could not be judged, and nothing was changed/ },
  });
  t.match(harness.logged.at(-1), { level: 'error', uid: 'u-1', deployment: 'prod/podinfo' });
});

t.test('hostile keys neither break the answer nor reach any prototype', async (t) => {
  const text = JSON.stringify(review(change, old)).replaceAll(
    '"headgate.dev/canary"',
    '"__proto__":{"polluted":"yes"},"constructor":"x","toJSON":"x","headgate.dev/canary"',
  );
  const response = await post(opened(t), text);
  t.equal(response.allowed, true);
  t.match(JSON.parse(Buffer.from(response.patch ?? '', 'base64').toString('utf8')), [
    { op: 'add' },
    { op: 'add', path: `/metadata/annotations/${HELD.replace('/', '~1')}` },
  ]);
  t.equal(({} as Record<string, unknown>)['polluted'], undefined);
});

t.test('bodies up to 8 MiB', async (t) => {
  const big = edit(change, annotate({ filler: 'x'.repeat(7 * 1024 * 1024) }));
  t.equal((await post(opened(t), review(big, old))).allowed, true);
  const { server } = opened(t);
  const payload = review(edit(change, annotate({ filler: 'x'.repeat(9 * 1024 * 1024) })), old);
  t.equal((await server.app.inject({ method: 'POST', url: '/mutate', payload })).statusCode, 413);
});

t.test('a review that nobody waits for any more is not judged', async (t) => {
  const harness = opened(t);
  t.match(await post(harness, review(change, old), '/mutate?timeout=0s'), {
    allowed: false,
    status: { message: /too late/ },
  });
  t.same(harness.woken, []);
  for (const timeout of ['5s', '1m0s', '4.998s', '', 'soon']) {
    t.match(await post(harness, review(change, old), `/mutate?timeout=${timeout}`), { allowed: true });
  }
});

t.test('a Canary is judged by its words', async (t) => {
  const more = { resource: { group: 'headgate.dev', version: 'v1', resource: 'canaries' } };
  const canary = (spec: object) => review({ metadata: { name: 'podinfo' }, spec }, undefined, more);
  const right = { targetRef: { name: 'podinfo' }, service: { port: 9898 }, analysis: { interval: '30s' } };
  t.match(await post(opened(t), canary(right), '/validate'), { allowed: true });
  const wrong = { ...right, analysis: { interval: 'soon', treshold: 3 } };
  const { status } = await post(opened(t), canary(wrong), '/validate');
  t.match(status?.message, /spec.analysis.interval = "soon"/);
  t.match(status?.message, /spec.analysis.treshold/);
  const foreign = { ...right, analysis: { metrics: [{ name: 'errors', threshold: 5, query: 'sum(x) default 0' }] } };
  const { allowed, warnings } = await post(opened(t), canary(foreign), '/validate');
  t.ok(allowed);
  t.match(warnings, [/^headgate: spec\.analysis\.metrics\[0\]\.query is not what Prometheus takes/]);
});

t.test('decisions are counted and logged, objects are not', async (t) => {
  const harness = opened(t);
  await post(harness, review(change, old));
  const metrics = await harness.registry.metrics();
  t.match(metrics, /headgate_admission_duration_seconds_count\{outcome="hold"\} 1/);
  t.match(metrics, /headgate_admission_duration_seconds_sum\{outcome="hold"\} 0\.\d*[1-9]/, 'the time that it took');
  t.match(harness.logged.at(-1), { uid: 'u-1', deployment: 'prod/podinfo', decision: 'hold', user: 'jane' });
  t.notMatch(JSON.stringify(harness.logged), V2);
});
