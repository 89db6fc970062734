import t from 'tap';
import { POLICY_KINDS } from '../../../src/rollout/workload/policies.ts';
import { Policies } from '../../../src/scheduler/world/policies.ts';
import { ISTIO_POLICIES } from '../../../src/traffic/istio/policies.ts';
import { istio } from '../../../src/traffic/istio/provider.ts';
import { deployment } from '../../build.ts';
import { type Answer, FaultServer, json, object, refused } from '../../cluster-transport/fault-server.ts';

const server = await new FaultServer().start();
const client = server.client();
t.teardown(async () => {
  await client.close();
  await server.stop();
});

const KINDS = [...POLICY_KINDS, ...ISTIO_POLICIES].map(({ kind }) => kind);
/** A list of the kind that is asked for. */
const list =
  (...items: object[]): Answer =>
  (response, request) => {
    const { kind } = KINDS.find(({ plural }) => request.path.endsWith(plural)) ?? {};
    json(200, { kind: `${kind}List`, metadata: { resourceVersion: '1' }, items })(response, request);
  };

const spec = { selector: { matchLabels: { app: 'podinfo' } } };
const OWN = { labels: { 'headgate.dev/role': 'disruption-budget' } };

t.test('each kind is read once for a revision', async (t) => {
  const policies = new Policies({ client, provider: istio });
  server.answer(list());
  const before = server.seen.length;
  const [first, second] = await Promise.all([policies.of(deployment(), 'a'), policies.of(deployment(), 'a')]);
  t.same(first, { found: [], unread: [] });
  t.equal(second, first);
  const kinds = POLICY_KINDS.length + ISTIO_POLICIES.length;
  t.equal(server.seen.length - before, kinds, 'one list a kind');
  await policies.of(deployment(), 'b');
  t.equal(server.seen.length - before, 2 * kinds, 'and again for another revision');
  policies.forget('prod/podinfo');
  await policies.of(deployment(), 'b');
  t.equal(server.seen.length - before, 3 * kinds, 'or when it is forgotten');
});

t.test('what is Headgate’s own is none of them', async (t) => {
  const policies = new Policies({ client, provider: istio });
  server.answer((response, request) => {
    const isBudget = request.path.includes('poddisruptionbudgets');
    const items = [object('users', 1), object('headgates', 1, OWN)].map((item) => ({ ...item, spec }));
    list(...(isBudget ? items : []))(response, request);
  });
  const { found } = await policies.of(deployment(), 'a');
  t.same(found, [{ kind: 'PodDisruptionBudget', name: 'users', use: 'holds', selector: spec.selector }]);
});

t.test('what may not be read is left out, and what is not installed is not there', async (t) => {
  const errors: unknown[] = [];
  const policies = new Policies({ client, provider: istio, onError: (error) => errors.push(error) });
  server.answer((response, request) => {
    const isForbidden = request.path.includes('security.istio.io');
    (isForbidden ? refused(403, 'Forbidden') : refused(404, 'NotFound'))(response, request);
  });
  const { found, unread } = await policies.of(deployment(), 'a');
  t.same([found, errors], [[], []]);
  t.same(unread, ['AuthorizationPolicy', 'PeerAuthentication', 'RequestAuthentication']);
});
