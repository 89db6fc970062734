import t from 'tap';
import { PROVIDER } from '../../src/traffic/providers.ts';
import { AdoptedRoutes } from '../../src/uninstall/adopted-routes.ts';
import { findKeys, standing } from '../../src/uninstall/find.ts';
import { type Answer, FaultServer, json, refused } from '../cluster-transport/fault-server.ts';

const server = await new FaultServer().start();
const client = server.client();
t.teardown(async () => {
  await client.close();
  await server.stop();
});

/** Answers by path; what is not there is not found. */
const serve = (objects: Readonly<Record<string, object>>): void => {
  const answer: Answer = (response, request) => {
    const body = objects[request.path];
    (body === undefined ? refused(404, 'NotFound') : json(200, body))(response, request);
  };
  server.answer(answer);
};

const namespace = (name: string) => ({ kind: 'Namespace', metadata: { name } });
const cases: Record<string, [there: string[], namespaces: string[], left: string[] | undefined]> = {
  'all are there': [
    ['shop', 'billing'],
    ['shop', 'billing'],
    ['shop', 'billing'],
  ],
  'one was deleted': [['billing'], ['shop', 'billing'], ['billing']],
  'all were deleted: that is not the whole cluster': [[], ['shop', 'billing'], undefined],
  'the whole cluster is, whatever is there': [[], [], []],
};

for (const [sentence, [there, namespaces, left]] of Object.entries(cases)) {
  void t.test(`of the namespaces, ${sentence}`, async (t) => {
    serve(Object.fromEntries(there.map((name) => [`/api/v1/namespaces/${name}`, namespace(name)])));
    t.strictSame(await standing({ client, namespaces }), left);
  });
}

void t.test(
  'what Headgate is on is looked for in its namespaces alone, also where a kind is not installed',
  async (t) => {
    const held = { metadata: { namespace: 'shop', name: 'held', annotations: { 'headgate.dev/held': '{}' } } };
    const plain = { metadata: { namespace: 'shop', name: 'plain' } };
    const route = { metadata: { namespace: 'billing', name: 'left', labels: { 'headgate.dev/role': 'route' } } };
    const budget = { metadata: { namespace: 'shop', name: 'web-canary', labels: { 'headgate.dev/role': 'x' } } };
    serve({
      '/apis/policy/v1/namespaces/shop/poddisruptionbudgets': { kind: 'PodDisruptionBudgetList', items: [budget] },
      '/apis/apps/v1/namespaces/shop/deployments': { kind: 'DeploymentList', items: [held, plain] },
      '/apis/apps/v1/namespaces/billing/deployments': { kind: 'DeploymentList', items: [] },
      '/apis/networking.istio.io/v1/namespaces/billing/virtualservices': { kind: 'VirtualServiceList', items: [route] },
    });
    t.strictSame(await findKeys({ client, provider: PROVIDER, namespaces: ['shop', 'billing'] }), [
      'billing/left',
      'shop/held',
      'shop/web',
    ]);
    t.ok(server.seen.every(({ path }) => /\/namespaces\/(shop|billing)\//.test(path)));
    const asked = new Set(server.seen.map(({ path }) => path.split('/').at(-1)));
    const referenced = PROVIDER.sources.filter(({ others }) => others === 'referenced');
    t.notOk(
      referenced.some(({ kind }) => asked.has(kind.plural)),
      'what is only referred to is not listed',
    );
  },
);

void t.test('users’ routes are found by their marks, wherever they are', async (t) => {
  const marked = (namespace: string, name: string, ...keys: string[]) => ({
    metadata: {
      ...{ namespace, name, labels: { 'headgate.dev/role': 'adopted-route' } },
      annotations: { 'headgate.dev/adopted-for': JSON.stringify(Object.fromEntries(keys.map((key) => [key, {}]))) },
    },
  });
  const items = [marked('infra', 'edge', 'shop/web', 'infra/web'), marked('shop', 'web', 'shop/web')];
  serve({ '/apis/networking.istio.io/v1/virtualservices': { kind: 'VirtualServiceList', items } });
  const adopted = new AdoptedRoutes({ client, provider: PROVIDER });
  t.same(adopted.elsewhere('shop/web'), [], 'none before they are read');
  await adopted.read([]);
  t.same(adopted.keys(), ['shop/web', 'infra/web'], 'of Deployments that may be gone too');
  t.same(
    adopted.elsewhere('shop/web').map(({ key }) => key),
    ['infra/edge'],
  );
  t.same(adopted.elsewhere('infra/web'), [], 'not those of the Deployment’s own namespace');
});
