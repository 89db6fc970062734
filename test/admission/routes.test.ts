import t, { type Test } from 'tap';
import { ROLE } from '../../src/rollout/keys.ts';
import type { KubeObject } from '../../src/rollout/kube.ts';
import { stableService } from '../../src/rollout/workload/services.ts';
import type { TrafficProvider } from '../../src/traffic/provider.ts';
import { deployment, spec } from '../build.ts';
import { adopted, withRules } from '../traffic/istio/kept.ts';
import { both, to, users } from '../traffic/istio/routes.ts';
import { SCHEDULER } from './build.ts';
import { type Harness, review, webhook } from './webhook.ts';

const web = users([{ route: [to('podinfo')] }]);
const old = adopted(web, 20);
const again = { ...old, spec: web.spec };
const resource = { group: 'networking.istio.io', version: 'v1', resource: 'virtualservices' };
const update = (object: unknown, before: unknown = old, more: object = {}) =>
  review(object, undefined, { resource, name: 'web', operation: 'UPDATE', oldObject: before, ...more });

interface Response {
  uid: string;
  allowed: boolean;
  patch?: string;
  warnings?: string[];
  auditAnnotations?: Record<string, string>;
}

async function post({ server }: Harness, payload: object, path = '/routes'): Promise<Response> {
  const answer = await server.app.inject({ method: 'POST', url: path, payload });
  const body = answer.json() as { kind: string; response: Response };
  if (answer.statusCode !== 200 || body.kind !== 'AdmissionReview') throw new Error(answer.body);
  return body.response;
}

const operationsOf = ({ patch = '' }: Response): { path: string; value: unknown }[] =>
  JSON.parse(Buffer.from(patch, 'base64').toString('utf8')) as { path: string; value: unknown }[];

function opened(t: Test, options?: Parameters<typeof webhook>[0]): Harness {
  const harness = webhook(options);
  t.teardown(() => harness.server.stop());
  return harness;
}

const allowed = { uid: 'u-1', allowed: true, auditAnnotations: { decision: 'pass' } };

t.test('a write that would move weights is answered with a patch, in a dry run too, and wakes nobody', async (t) => {
  const harness = opened(t);
  const response = await post(harness, update(again));
  t.match(response, { uid: 'u-1', allowed: true, patchType: 'JSONPatch', auditAnnotations: { decision: 'weights' } });
  t.same(operationsOf(response), [{ op: 'replace', path: '/spec/http/0/route', value: both(20) }]);
  t.equal(response.warnings, undefined, 'what stands in a repository says nothing of weights');
  t.same(await post(harness, update(again, old, { dryRun: true })), response);
  t.same(harness.woken, []);
});

t.test('whoever writes weights is told that they stay', async (t) => {
  const { warnings = [] } = await post(opened(t), update(withRules(old, [{ route: both(90) }])));
  t.match(warnings, [
    /^headgate: prod\/podinfo divides the traffic of this route with its canary: the weights .* stay/,
  ]);
  t.ok((warnings[0] ?? '').length <= 256);
});

t.test('label and annotation come back', async (t) => {
  const bare = { ...old, metadata: web.metadata };
  const paths = operationsOf(await post(opened(t), update(bare))).map(({ path }) => path);
  t.same(paths, ['/metadata/labels', '/metadata/annotations']);
});

t.test('what passes as it is', async (t) => {
  const other = { ...resource, resource: 'destinationrules' };
  const rows: Record<string, object> = {
    'a write that moves nothing': update({ ...old, metadata: { ...old.metadata, finalizers: ['a'] } }),
    'the scheduler’s own': update(again, old, { userInfo: { username: SCHEDULER } }),
    'a route that is not adopted': update(again, web),
    'one whose label says something else': update(again, withRole('route')),
    'a create': update(again, null, { operation: 'CREATE' }),
    'a delete': update(null, old, { operation: 'DELETE' }),
    'its status': update(again, old, { subResource: 'status' }),
    'another kind': update(again, old, { resource: other }),
    'no old object': update(again, null),
    'no object': update(null),
    'an object of another shape': update({ ...old, spec: { http: 'none' } }),
    'an annotation that cannot be read': update(again, withNote('{')),
  };
  const harness = opened(t);
  for (const [claim, body] of Object.entries(rows)) t.same(await post(harness, body), allowed, claim);
  for (const body of [{}, { request: 3 }, [], { ...update(again), apiVersion: 'admission.k8s.io/v2' }]) {
    t.match(await post(harness, body), { allowed: true, patch: undefined });
  }
  t.match(await post(harness, update(again), '/routes?timeout=0s'), { allowed: true, patch: undefined }, 'too late');
});

const withRole = (role: string): KubeObject => ({ ...old, metadata: { ...old.metadata, labels: { [ROLE]: role } } });
const withNote = (text: string): KubeObject => ({
  ...old,
  metadata: { ...old.metadata, annotations: { 'headgate.dev/adopted-for': text } },
});

t.test('a mistake of ours passes too, and is logged', async (t) => {
  const { sources } = (await import('../../src/traffic/istio/provider.ts')).istio;
  const mistakes: Record<string, TrafficProvider['keep']> = {
    thrown: () => {
      throw new Error('a mistake');
    },
    'a patch that does not fit': () => ({
      operations: [{ op: 'replace', path: '/spec/no/such', value: 1 }],
      overruled: [],
    }),
  };
  for (const [claim, keep] of Object.entries(mistakes)) {
    const harness = opened(t, { provider: { sources, keep } });
    t.same(await post(harness, update(again)), allowed, claim);
    t.match(harness.logged.at(-1), { level: 'error', uid: 'u-1', route: 'prod/web' }, claim);
  }
});

t.test('decisions are counted, and objects are not logged', async (t) => {
  const harness = opened(t);
  await post(harness, update(again));
  t.match(await harness.registry.metrics(), /headgate_admission_duration_seconds_count\{outcome="weights"\} 1/);
  t.same(harness.logged, [], 'an apply every minute is no news');
});

t.test('what Headgate made becomes theirs who apply their own over it, in a dry run too', async (t) => {
  const made = stableService(deployment(), spec().service);
  const fieldsV1 = { 'f:spec': { 'f:ports': { 'k:{"port":80}': {} } } };
  const metadata = { ...made.metadata, managedFields: [{ manager: 'flux', operation: 'Apply', fieldsV1 }] };
  const services = { group: '', version: 'v1', resource: 'services' };
  const write = (object: object, more: object = {}) => update(object, made, { resource: services, ...more });
  const harness = opened(t);
  const response = await post(harness, write({ ...made, metadata }), '/generated');
  t.match(response, { allowed: true, warnings: undefined, auditAnnotations: { decision: 'take-over' } });
  const paths = operationsOf(response).map(({ path }) => path);
  t.same(paths, ['/spec', '/metadata/labels', '/metadata/annotations', '/metadata/ownerReferences']);
  t.same(await post(harness, write({ ...made, metadata }, { dryRun: true }), '/generated'), response);
  t.match(harness.logged, [{ level: 'info', decision: 'take-over', generated: 'prod/web' }]);
  t.same(await post(harness, write(made), '/generated'), allowed, 'an edit is for the policy');
  t.same(
    await post(harness, write({ ...made, metadata }, { userInfo: { username: SCHEDULER } }), '/generated'),
    allowed,
  );
});
