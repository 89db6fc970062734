import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { KubeClient } from '../../../src/cluster/client.ts';
import { loadCredentials } from '../../../src/cluster/credentials.ts';
import { isAlreadyExists, isConflict, isInvalid, isLostRace, isNotFound } from '../../../src/cluster/errors.ts';
import { type EventFact, recordEvent } from '../../../src/cluster/events.ts';
import { KINDS, pathOf } from '../../../src/cluster/kinds.ts';
import { Reflector } from '../../../src/cluster/reflector.ts';
import type { ReflectorTiming } from '../../../src/cluster/reflector-options.ts';
import { Store } from '../../../src/cluster/store.ts';
import type { Service } from '../../../src/rollout/kube.ts';
import { failure } from '../../cluster-transport/fault-server.ts';
import { openRig, waitFor } from '../../rig/rig.ts';

const rig = openRig();
const namespace = await rig.createNamespace('transport');
const userAgent = `headgate-transport-${namespace}/1`;
const client = new KubeClient({ credentials: await loadCredentials({ kubeconfig: rig.file.kubeconfig }), userAgent });
const services = pathOf(KINDS.services, namespace);
const path = (name: string): string => pathOf(KINDS.services, namespace, name);

t.teardown(async () => {
  await rig.api.delete(`/api/v1/namespaces/${namespace}`);
  await client.close();
  await rig.close();
});

const service = (name: string, labels: Record<string, string> = {}): Service => ({
  metadata: { name, labels },
  spec: { ports: [{ port: 80 }] },
});

interface Watching {
  reflector: Reflector<Service>;
  events: string[];
  restarts: string[];
  missed: number[];
}

async function watching(
  { labelSelector, timing = {}, as = client }: { labelSelector: string; timing?: ReflectorTiming; as?: KubeClient },
  body: (watching: Watching) => Promise<void>,
): Promise<void> {
  const [events, restarts, missed]: [string[], string[], number[]] = [[], [], []];
  const store = new Store<Service>({ filtered: true });
  store.onChange(({ type, object, mayExist }) => events.push(`${type} ${object.metadata.name} ${mayExist}`));
  const scope = { kind: KINDS.services, namespace, labelSelector };
  const hooks = { onRestart: (why: string) => restarts.push(why), onMissed: (count: number) => missed.push(count) };
  const reflector = new Reflector<Service>({ client: as, store, ...scope, timing, ...hooks });
  reflector.start();
  try {
    await reflector.synced;
    await body({ reflector, events, restarts, missed });
  } finally {
    await reflector.stop();
  }
}

void t.test('an object survives a round trip as it is', async (t) => {
  const made = await client.create<Service>(services, service('round'));
  t.strictSame(await client.get(path('round')), made);
  t.match(
    await client.replace<Service>(path('round'), { ...made, metadata: { ...made.metadata, labels: { a: 'b' } } }),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { labels: { a: 'b' }, uid: made.metadata.uid },
    },
  );
  t.equal(await client.find(path('none')), undefined);
});

void t.test('writes that come too late are told apart from writes that are wrong', async (t) => {
  const old = await client.create<Service>(services, service('raced'));
  const changed = await client.patch(path('raced'), 'merge', { metadata: { labels: { a: '1' } } });
  const testing = (resourceVersion: string | undefined, port: number) => [
    { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
    { op: 'replace', path: '/spec/ports/0/port', value: port },
  ];
  const before = old.metadata.resourceVersion;
  const late: Record<string, () => Promise<unknown>> = {
    'a JSON Patch': () => client.patch(path('raced'), 'json', testing(before, 81)),
    'a merge patch': () =>
      client.patch(path('raced'), 'merge', {
        metadata: { resourceVersion: before, labels: { a: '2' } },
      }),
    'a replacement': () => client.replace(path('raced'), old),
    'a deletion by version': () => client.delete(path('raced'), { resourceVersion: before ?? '' }),
    'a deletion by uid': () => client.delete(path('raced'), { uid: 'another' }),
  };
  for (const [name, write] of Object.entries(late)) t.ok(isLostRace(await failure(write())), name);
  const wrong = await failure(client.patch(path('raced'), 'json', testing(changed.metadata.resourceVersion, 99_999)));
  t.ok(isInvalid(wrong) && !isLostRace(wrong));
  t.match(wrong, { details: { causes: [{ field: 'spec.ports[0].port' }] } });
  await client.patch(path('raced'), 'json', testing(changed.metadata.resourceVersion, 81));
  const taken = await failure(client.create(services, service('raced')));
  t.ok(isAlreadyExists(taken) && !isConflict(taken));
});

void t.test('server-side apply makes, changes and finds conflicts', async (t) => {
  const applied = { apiVersion: 'v1', kind: 'Service', ...service('applied', { by: 'us' }) };
  await client.patch(path('applied'), 'apply', applied);
  await rig.api.patch(path('applied'), { metadata: { labels: { by: 'them' } } });
  t.ok(isConflict(await failure(client.patch(path('applied'), 'apply', applied))));
  const forced = await client.patch(path('applied'), 'apply', applied, { force: true });
  t.equal(forced.metadata.labels?.['by'], 'us');
});

void t.test('a list comes in pages', async (t) => {
  const names = ['page-1', 'page-2', 'page-3', 'page-4', 'page-5'];
  await Promise.all(names.map((name) => client.create(services, service(name, { test: 'pages' }))));
  const all = await client.listAll<Service>(services, { labelSelector: 'test=pages', limit: 2 });
  t.strictSame(
    all.items.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
    names.map((name) => `Service ${name}`),
  );
  t.match(all.resourceVersion, /^\d+$/);
  const one = await client.list(services, { labelSelector: 'test=pages', limit: 2 });
  t.ok(one.continue);
});

void t.test('everything that is there and every change arrive, in one request', async (t) => {
  const since = Date.now() - 1;
  await Promise.all(['one', 'two'].map((name) => client.create(services, service(name, { test: 'stream' }))));
  await watching({ labelSelector: 'test=stream' }, async ({ reflector, events, restarts }) => {
    t.strictSame(events.toSorted(), ['added one true', 'added two true'], 'as soon as it is synced');
    t.equal(reflector.store.get(`${namespace}/one`)?.metadata['managedFields'], undefined);
    t.equal(reflector.store.get(`${namespace}/one`)?.kind, 'Service');
    await rig.api.patch(path('one'), { metadata: { annotations: { 'a.b/c': 'Zoë 日本 🚰' } } });
    await rig.api.delete(path('two'));
    await waitFor('both changes', () => events.length === 4);
    t.strictSame(events.slice(2), ['modified one true', 'deleted two true']);
    t.equal(reflector.store.get(`${namespace}/one`)?.metadata.annotations?.['a.b/c'], 'Zoë 日本 🚰');
    t.strictSame(restarts, []);
  });
  const asked = await waitFor('the audit log', () => {
    const found = rig.audit.find({ sinceMs: since, userAgent, verb: 'watch' });
    return found.length > 0 && found;
  });
  t.match(asked, [{ uri: /sendInitialEvents=true/, code: 200 }]);
  t.equal(asked.length, 1);
  t.equal(rig.audit.count({ sinceMs: since, userAgent, verb: 'list' }), 0);
});

void t.test('an object that loses its label leaves the store, though it is there', async (t) => {
  await client.create(services, service('labelled', { test: 'label' }));
  await watching({ labelSelector: 'test=label' }, async ({ reflector, events }) => {
    await rig.api.patch(path('labelled'), { metadata: { labels: { test: null } } });
    await waitFor('the deletion', () => events.includes('deleted labelled true'));
    t.equal(reflector.store.size, 0);
    t.ok(await client.find(path('labelled')), 'only a GET tells');
    await rig.api.patch(path('labelled'), { metadata: { labels: { test: 'label' } } });
    await waitFor('its return', () => reflector.store.size === 1);
    t.strictSame(events, ['added labelled true', 'deleted labelled true', 'added labelled true']);
  });
});

void t.test('what a write returned is in the store before the watch brings it, once', async (t) => {
  await watching({ labelSelector: 'test=own' }, async ({ reflector, events }) => {
    const made = await client.create<Service>(services, service('own', { test: 'own' }));
    reflector.store.put(made);
    t.ok(reflector.store.get(`${namespace}/own`));
    await rig.api.patch(path('own'), { metadata: { annotations: { a: 'b' } } });
    await waitFor('the change', () => events.includes('modified own true'));
    t.strictSame(events, ['added own true', 'modified own true']);
  });
});

void t.test('bookmarks carry a watch on past what it does not see', async (t) => {
  // The server sends bookmarks once a minute, and shortly before it ends a watch.
  const timing = { watchMs: [4_000, 4_000], backoff: { healthyMs: 1_000 } } as const;
  const since = Date.now() - 1;
  await client.create(services, service('quiet', { test: 'bookmark' }));
  await watching({ labelSelector: 'test=bookmark', timing }, async ({ events, restarts }) => {
    const other = await client.create(services, service('noise'));
    await waitFor('the end of the watch', () => restarts.length === 1);
    t.strictSame(restarts, ['closed']);
    const resumed = await waitFor('the next watch', () =>
      rig.audit
        .find({ sinceMs: since, userAgent, uri: /bookmark.*&resourceVersion=|resourceVersion=\d+.*bookmark/ })
        .at(0),
    );
    const from = Number(new URL(resumed.uri, 'http://x').searchParams.get('resourceVersion'));
    t.ok(from >= Number(other.metadata.resourceVersion), 'goes on from what happened to others');
    t.strictSame(events, ['added quiet true']);
  });
});

const killed: Record<string, ['apiserver' | 'etcd', broken: number]> = {
  'the API server': ['apiserver', 1],
  etcd: ['etcd', 0],
};

for (const [sentence, [component, broken]] of Object.entries(killed)) {
  void t.test(`nothing is missed when ${sentence} is killed and comes back`, { timeout: 180_000 }, async (t) => {
    const [before, after] = [`before-${component}`, `after-${component}`];
    const labels = { test: component };
    await client.create(services, service(before, labels));
    const scope = { labelSelector: `test=${component}`, timing: { relistMs: 600_000 } };
    await watching(scope, async ({ reflector, events, restarts, missed }) => {
      await rig.control(component, 'kill');
      await waitFor('the end of the watch', () => restarts.length >= broken);
      await sleep(3_000);
      await rig.control(component, 'start');
      await waitFor('a write', () => rig.api.patch(path(before), { metadata: { annotations: { a: 'b' } } }));
      const back = Date.now();
      await rig.api.create(services, service(after, labels));
      await waitFor('both changes', () => events.length === 3);
      t.comment(`${Date.now() - back} ms after it was back; ${restarts.join(', ')}`);
      t.strictSame(events, [`added ${before} true`, `modified ${before} true`, `added ${after} true`]);
      t.ok(restarts.length < 10, 'no hot loop');
      t.equal(reflector.store.size, 2);
      t.strictSame(missed, []);
      t.equal((await client.get(path(after))).metadata.name, after, 'calls find their way too');
    });
  });
}

void t.test('a ServiceAccount sees what its Role allows', async (t) => {
  const roles = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  const subjects = [{ kind: 'ServiceAccount', name: 'default', namespace }];
  const rules = [{ apiGroups: [''], resources: ['services'], verbs: ['get', 'list', 'watch'] }];
  await rig.api.create(`${roles}/roles`, { metadata: { name: 'reader' }, rules });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' };
  await rig.api.create(`${roles}/rolebindings`, { metadata: { name: 'reader' }, roleRef, subjects });
  const kubeconfig = await rig.serviceAccountKubeconfig(namespace, 'default');
  const credentials = await loadCredentials({ kubeconfig });
  t.equal(credentials.namespace, namespace);
  const account = new KubeClient({ credentials, userAgent });
  t.teardown(() => account.close());
  await waitFor('the Role', () => account.list(services));
  await client.create(services, service('seen', { test: 'account' }));
  await watching({ labelSelector: 'test=account', as: account }, async ({ events }) => {
    t.strictSame(events, ['added seen true']);
  });
  t.match(await failure(account.create(services, service('mine'))), { status: 403, reason: 'Forbidden' });
  t.match(await failure(account.get(pathOf(KINDS.secrets, namespace, 'x'))), { status: 403, retry: false });
  const stranger = new KubeClient({ credentials: { ...credentials, headers: async () => ({}) }, userAgent });
  t.teardown(() => stranger.close());
  t.match(await failure(stranger.get(services)), { status: 403 }, 'without its token it is nobody');
});

void t.test('an Event is shown under its object, and once', async (t) => {
  const { metadata } = await client.create(services, service('told'));
  const fact: EventFact = {
    regarding: { apiVersion: 'v1', kind: 'Service', namespace, name: 'told', uid: metadata.uid ?? '' },
    id: 'weight-30',
    type: 'Normal',
    reason: 'WeightRaised',
    message: 'canary weight 30',
    at: Date.now(),
  };
  t.equal(await recordEvent(client, fact), 'recorded');
  t.equal(await recordEvent(client, fact), 'repeated');
  const { stdout } = await rig.kubectl(['describe', 'service', 'told', '-n', namespace]);
  t.match(stdout, /Normal +WeightRaised +\S+ +headgate +canary weight 30/);
  const gone = { ...fact, regarding: { ...fact.regarding, namespace: 'not-there' } };
  const errors: unknown[] = [];
  t.equal(await recordEvent(client, gone, (error) => errors.push(error)), 'failed');
  t.ok(isNotFound(errors[0]));
});
