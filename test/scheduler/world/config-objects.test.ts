import t from 'tap';
import { Store } from '../../../src/cluster/store.ts';
import { CONFIG_TRACKING } from '../../../src/rollout/keys.ts';
import type { Container, Deployment, KubeObject } from '../../../src/rollout/kube.ts';
import { type ConfigObject, digestOf } from '../../../src/rollout/pins/content.ts';
import { withPins } from '../../../src/rollout/pins/pins.ts';
import type { ConfigKind } from '../../../src/rollout/pins/reference.ts';
import { snapshotName, snapshotObject } from '../../../src/rollout/pins/snapshot.ts';
import { ConfigContents } from '../../../src/scheduler/world/config-contents.ts';
import { BY_REFERENCE, ConfigObjects } from '../../../src/scheduler/world/config-objects.ts';
import { deployment } from '../../build.ts';

const KEY = Buffer.from('key');
const ROOT = '/api/v1/namespaces/prod';

const said = (name: string, word: string, resourceVersion = '1'): ConfigObject => ({
  metadata: { name, namespace: 'prod', resourceVersion },
  data: { word },
});

const referring = (...from: object[]): Deployment =>
  deployment('1.0', (object) => {
    object.spec.template.spec.containers = [{ name: 'podinfo', envFrom: from } as Container];
  });
const app = { configMapRef: { name: 'app' } };
const db = { secretRef: { name: 'db' } };

/** What is stored, by path; watches are filled by `show`. */
function world(stored: Record<string, ConfigObject> = {}) {
  const asked: string[] = [];
  const current: string[] = [];
  const woken: string[] = [];
  const stores = new Map<string, Store<KubeObject>>();
  const enrolled = new Store<Deployment>({ indexes: BY_REFERENCE });
  const find = async (path: string) => {
    asked.push(path);
    return stored[path];
  };
  const client = { find } as ConstructorParameters<typeof ConfigContents>[0];
  const objects = new ConfigObjects({
    kinds: ['configmap', 'secret'],
    contents: new ConfigContents(client, async () => KEY),
    enrolled,
    watch: ({ kind, index, keep, toKeys }) => {
      const store = new Store<KubeObject>({ indexes: index, keep });
      store.onChange(({ object }) => woken.push(...toKeys(object)));
      stores.set(kind.plural, store);
      return store;
    },
    expectCurrent: async (_key, { plural }) => void current.push(plural),
  });
  const show = (plural: string, object: KubeObject) => stores.get(plural)?.put(object, 'watch');
  const snapshotsIn = async (object: Deployment) =>
    ((await objects.of(object, true)).sources ?? []).map(({ snapshot }) => snapshot);
  return { asked, current, woken, stored, enrolled, objects, show, snapshotsIn };
}

t.test('an object is read once for each of its states', async (t) => {
  const { asked, stored, show, snapshotsIn } = world({ [`${ROOT}/configmaps/app`]: said('app', 'one') });
  show('configmaps', said('app', 'one'));
  const object = referring(app);
  const [one] = await snapshotsIn(object);
  t.equal(one, snapshotName(object, { kind: 'configmap', name: 'app' }, digestOf(said('app', 'one'))));
  await snapshotsIn(object);
  t.same(asked, [`${ROOT}/configmaps/app`]);
  stored[`${ROOT}/configmaps/app`] = said('app', 'two', '2');
  show('configmaps', said('app', 'two', '2'));
  t.not((await snapshotsIn(object))[0], one, 'it says something else');
  t.equal(asked.length, 2);
});

t.test('the copy of its state tells what an object says, without reading it', async (t) => {
  const { asked, show, objects, snapshotsIn } = world();
  const object = referring(db);
  const snapshot = { kind: 'secret', name: 'db', snapshot: 'db-1' } as const;
  show('secrets', said('db', 'one'));
  show('secrets', snapshotObject(object, snapshot, said('db', 'one')));
  t.same(await snapshotsIn(object), ['db-1']);
  t.same(asked, []);
  t.same((await objects.of(object, false)).snapshots, [snapshot]);
});

t.test('the name of what a Secret says cannot be found out without the key', async (t) => {
  const { show, snapshotsIn } = world({ [`${ROOT}/secrets/db`]: said('db', 'one') });
  show('secrets', said('db', 'one'));
  const object = referring(db);
  const named = (key?: Buffer) =>
    snapshotName(object, { kind: 'secret', name: 'db' }, digestOf(said('db', 'one'), key));
  t.same(await snapshotsIn(object), [named(KEY)]);
  t.not(named(), named(KEY));
});

t.test('what the watch does not show yet is asked for, until something is pinned for it', async (t) => {
  const { asked, stored, snapshotsIn } = world();
  const object = referring(app);
  t.same(await snapshotsIn(object), [undefined], 'it is not there');
  stored[`${ROOT}/configmaps/app`] = said('app', 'one');
  const one = snapshotName(object, { kind: 'configmap', name: 'app' }, digestOf(said('app', 'one')));
  t.same(await snapshotsIn(object), [one], 'it was made with the template that names it');
  t.equal(asked.length, 2);
  t.same(await snapshotsIn(object), [one]);
  t.equal(asked.length, 2, 'and is known from then on');
  const other = world();
  const pinned = referring(app);
  pinned.spec.template = withPins(pinned.spec.template, 'configmap/app=app-1');
  t.same(await other.snapshotsIn(pinned), [undefined], 'one that was deleted');
  t.same(other.asked, []);
});

t.test('of what is not tracked nothing is told', async (t) => {
  const { asked, show, snapshotsIn } = world();
  const { metadata } = said('app', 'one');
  show('configmaps', { metadata: { ...metadata, annotations: { [CONFIG_TRACKING]: 'disabled' } } });
  t.same(await snapshotsIn(referring(app)), []);
  t.same(asked, []);
});

t.test('a watch that may be behind is in the way of those alone that refer to something of its kind', async (t) => {
  const { current, objects } = world();
  await objects.of(referring(), true);
  t.same(current, []);
  await objects.of(referring(db), false);
  t.same(current, ['secrets']);
});

t.test('no copy is made of an object that says something else by now', async (t) => {
  const { stored, objects } = world({ [`${ROOT}/configmaps/app`]: said('app', 'one') });
  const object = referring(app);
  const of = { kind: 'configmap' as ConfigKind, name: 'app' };
  const wanted = { ...of, snapshot: snapshotName(object, of, digestOf(said('app', 'one'))) };
  t.match(await objects.contentFor(object, wanted), { data: { word: 'one' } });
  stored[`${ROOT}/configmaps/app`] = said('app', 'two', '2');
  t.equal(await objects.contentFor(object, wanted), undefined);
});

t.test('a change wakes whoever refers to the object, and whoever a copy is of', async (t) => {
  const { woken, enrolled, show } = world();
  const object = referring(app);
  enrolled.put(object, 'watch');
  show('configmaps', said('app', 'one'));
  show('configmaps', said('other', 'one'));
  t.same(woken, ['prod/podinfo']);
  show('secrets', snapshotObject(object, { kind: 'secret', name: 'db', snapshot: 'db-1' }, said('db', 'one')));
  t.same(woken, ['prod/podinfo', 'prod/podinfo']);
});
