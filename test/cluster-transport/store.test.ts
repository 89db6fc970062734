import t from 'tap';
import { isNewer, Store, type StoreEvent, type StoreOptions } from '../../src/cluster/store.ts';
import type { KubeObject } from '../../src/rollout/kube.ts';

const at = (resourceVersion: number | string, name = 'a', more: object = {}): KubeObject => ({
  metadata: { namespace: 'ns', name, resourceVersion: String(resourceVersion), ...more },
});

function recorded(options: StoreOptions<KubeObject> = {}) {
  const store = new Store(options);
  const events: string[] = [];
  const say = ({ type, key, object, previous }: StoreEvent<KubeObject>) =>
    events.push(`${type} ${key} ${previous?.metadata.resourceVersion ?? '-'}>${object.metadata.resourceVersion}`);
  store.onChange(say);
  return { store, events };
}

const orders: Record<string, [act: (store: Store) => void, events: string[], left: string | undefined]> = {
  'a new object is added': [(s) => s.put(at(5)), ['added ns/a ->5'], '5'],
  'a newer state replaces the older': [
    (s) => [s.put(at(9)), s.put(at(10))],
    ['added ns/a ->9', 'modified ns/a 9>10'],
    '10',
  ],
  'the same state again is nothing': [(s) => [s.put(at(5)), s.put(at(5))], ['added ns/a ->5'], '5'],
  'a watch event older than our own write is nothing': [
    (s) => [s.put(at(10)), s.put(at(9))],
    ['added ns/a ->10'],
    '10',
  ],
  'a deletion is told with the state before': [
    (s) => [s.put(at(5)), s.remove('ns/a', '7', at(7))],
    ['added ns/a ->5', 'deleted ns/a 5>7'],
    undefined,
  ],
  'a deletion without a last state shows the one before': [
    (s) => [s.put(at(5)), s.remove('ns/a', '7')],
    ['added ns/a ->5', 'deleted ns/a 5>5'],
    undefined,
  ],
  'an older event does not bring a deleted object back': [
    (s) => [s.put(at(5)), s.remove('ns/a', '7'), s.put(at(6))],
    ['added ns/a ->5', 'deleted ns/a 5>5'],
    undefined,
  ],
  'a late deletion does not remove the successor': [
    (s) => [s.put(at(9)), s.remove('ns/a', '7')],
    ['added ns/a ->9'],
    '9',
  ],
  'an older deletion does not shorten the memory of a newer': [
    (s) => [s.remove('ns/a', '9'), s.remove('ns/a', '7'), s.put(at(8))],
    [],
    undefined,
  ],
  'a kind that was not there for a moment comes back with its objects': [
    (s) => [s.put(at(5)), s.replace([], ''), s.put(at(5))],
    ['added ns/a ->5', 'deleted ns/a 5>5', 'added ns/a ->5'],
    '5',
  ],
  'the successor of a deleted object is added': [
    (s) => [s.put(at(5)), s.remove('ns/a', '7'), s.put(at(8))],
    ['added ns/a ->5', 'deleted ns/a 5>5', 'added ns/a ->8'],
    '8',
  ],
  'a deletion of what was never seen is nothing': [(s) => s.remove('ns/a', '7'), [], undefined],
};

for (const [sentence, [act, events, left]] of Object.entries(orders)) {
  void t.test(sentence, async (t) => {
    const seen = recorded();
    act(seen.store);
    t.strictSame(seen.events, events);
    t.equal(seen.store.get('ns/a')?.metadata.resourceVersion, left);
  });
}

void t.test('a list', async (t) => {
  void t.test('tells only what differs, and counts it', async (t) => {
    const { store, events } = recorded();
    for (const name of ['kept', 'changed', 'gone']) store.put(at(5, name));
    events.length = 0;
    t.equal(store.replace([at(5, 'kept'), at(8, 'changed'), at(7, 'new')], '9'), 3);
    t.strictSame(events.sort(), ['added ns/new ->7', 'deleted ns/gone 5>5', 'modified ns/changed 5>8']);
  });

  void t.test('leaves alone what the store knows from later', async (t) => {
    const { store } = recorded();
    store.put(at(12, 'written'));
    store.put(at(11, 'changed'));
    store.remove('ns/deleted', '12');
    t.equal(store.replace([at(8, 'changed'), at(8, 'deleted')], '10'), 0);
    t.equal(store.size, 2);
    t.equal(store.get('ns/changed')?.metadata.resourceVersion, '11');
  });

  void t.test('from before the last list makes everything known void', async (t) => {
    const { store, events } = recorded();
    store.replace([at(100), at(90, 'lost')], '110');
    events.length = 0;
    store.replace([at(40)], '50');
    t.strictSame(events.sort(), ['deleted ns/lost 90>90', 'modified ns/a 100>40']);
    t.equal(store.put(at(45)), true, 'and goes on from there');
  });
});

/** In a namespace of its own. */
const of = (namespace: string, name: string, resourceVersion: number): KubeObject => {
  const { metadata } = at(resourceVersion, name);
  return { metadata: { ...metadata, namespace } };
};

void t.test('a list of one namespace', async (t) => {
  const filled = () => {
    const seen = recorded();
    seen.store.replace([of('a', 'x', 5), of('a', 'y', 6)], '10', 'a');
    seen.store.replace([of('ab', 'x', 7)], '20', 'ab');
    seen.events.length = 0;
    return seen;
  };

  void t.test('deletes nothing of another', async (t) => {
    const { store, events } = filled();
    t.equal(store.replace([of('a', 'x', 5)], '30', 'a'), 1);
    t.strictSame(events, ['deleted a/y 6>6']);
    t.equal(store.size, 2);
  });

  void t.test('may be older than that of another', async (t) => {
    const { store, events } = filled();
    t.equal(store.replace([of('a', 'x', 5), of('a', 'y', 6)], '15', 'a'), 0);
    t.strictSame(events, []);
  });

  void t.test('from before its last one makes void what is known there alone', async (t) => {
    const { store, events } = filled();
    store.remove('a/z', '9');
    store.remove('ab/z', '19');
    store.replace([of('a', 'x', 3)], '4', 'a');
    t.strictSame(events.sort(), ['deleted a/y 6>6', 'modified a/x 5>3']);
    t.equal(store.put(of('a', 'z', 4)), true, 'what was deleted there may be back');
    t.equal(store.put(of('ab', 'z', 18)), false, 'and nothing elsewhere');
  });
});

void t.test('a store behind a selector says that a deleted object may exist', async (t) => {
  for (const filtered of [true, false]) {
    const store = new Store({ filtered });
    let mayExist: boolean | undefined;
    store.put(at(5));
    store.onChange((event) => {
      mayExist = event.mayExist;
    });
    store.remove('ns/a', '7');
    t.equal(mayExist, filtered);
  }
});

void t.test('objects are found by index, also after they moved', async (t) => {
  const store = new Store<KubeObject>({ indexes: { owner: ({ metadata }) => Object.values(metadata.labels ?? {}) } });
  store.put(at(1, 'a', { labels: { owner: 'x' } }));
  store.put(at(2, 'b', { labels: { owner: 'x' } }));
  const names = (value: string) => store.by('owner', value).map(({ metadata }) => metadata.name);
  t.strictSame(names('x'), ['a', 'b']);
  store.put(at(3, 'a', { labels: { owner: 'y' } }));
  t.strictSame([names('x'), names('y')], [['b'], ['a']]);
  store.remove('ns/b', '4');
  t.strictSame([names('x'), names('z'), store.by('unknown', 'x')], [[], [], []]);
});

void t.test('managedFields are not kept, the rest is', async (t) => {
  const store = new Store<KubeObject>();
  const object = { ...at(1, 'a', { managedFields: [{ manager: 'x' }], labels: { a: 'b' } }), unknown: { field: 1 } };
  store.put(object);
  t.strictSame(store.get('ns/a'), { ...at(1, 'a', { labels: { a: 'b' } }), unknown: { field: 1 } });
  t.ok(object.metadata['managedFields'], 'the caller keeps its own');
});

void t.test('a handler that throws is reported, and the others are called', async (t) => {
  const errors: unknown[] = [];
  const store = new Store<KubeObject>({ onError: (error) => errors.push(error) });
  store.onChange(() => {
    throw new Error('mine');
  });
  let calls = 0;
  const end = store.onChange(() => {
    calls += 1;
  });
  t.equal(store.put(at(1)), true);
  t.match(errors, [{ message: 'mine' }]);
  end();
  store.put(at(2));
  t.equal(calls, 1, 'and no more after its end');
});

void t.test('tombstones are bounded', async (t) => {
  const store = new Store<KubeObject>();
  for (let i = 0; i < 2_001; i += 1) store.remove(`ns/${i}`, '100');
  t.equal(store.put(at(50, '0')), true, 'the oldest is forgotten');
  t.equal(store.put(at(50, '1')), false);
});

const comparisons: Record<string, [a: string | undefined, b: string | undefined, newer: boolean]> = {
  'by number': ['10', '9', true],
  'not by text': ['9', '10', false],
  'beyond what a number holds': ['9007199254740993', '9007199254740992', true],
  'not the same': ['7', '7', false],
  'not without a version': [undefined, '7', false],
  'not by words': ['b', 'a', false],
};

for (const [sentence, [a, b, newer]] of Object.entries(comparisons)) {
  void t.test(`newer: ${sentence}`, async (t) => t.equal(isNewer(a, b), newer));
}
