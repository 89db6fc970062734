import t from 'tap';
import { refusal } from '../../../src/cluster/errors.ts';
import { KINDS } from '../../../src/cluster/kinds.ts';
import { Store } from '../../../src/cluster/store.ts';
import { NamespaceWatches } from '../../../src/scheduler/world/namespace-watches.ts';

const answered = (status: number) => refusal('GET /', status, '');
const FORBIDDEN = answered(403);

/** A watch that is filled, or stopped, when a test says so. */
function watch() {
  const { promise: synced, resolve } = Promise.withResolvers<boolean>();
  let isStarted = false;
  const start = () => {
    isStarted = true;
  };
  const stop = async () => resolve(false);
  return { start, stop, synced, fill: () => resolve(true), isStarted: () => isStarted };
}

/** What a start has come to. */
function begun(watches: NamespaceWatches) {
  const state = { outcome: 'waits' };
  const end = watches.start().then(
    () => 'started',
    (error: Error) => error.message,
  );
  void end.then((outcome) => Object.assign(state, { outcome }));
  return async () => {
    await new Promise(setImmediate);
    return state.outcome;
  };
}

void t.test('over all namespaces, everything is filled first, whatever is refused meanwhile', async (t) => {
  const watches = new NamespaceWatches({ namespaces: [], excludedNamespaces: [] });
  const [one, two] = [watch(), watch()];
  for (const each of [one, two]) watches.add(each);
  const outcome = begun(watches);
  t.ok(one.isStarted() && two.isStarted());
  one.fill();
  watches.failed(FORBIDDEN);
  t.equal(await outcome(), 'waits');
  t.notOk(watches.isFilled('shop/podinfo'));
  two.fill();
  t.equal(await outcome(), 'started');
  t.ok(watches.isFilled('shop/podinfo'));
});

void t.test('a namespace that may not be read keeps no other from starting, and is taken up later', async (t) => {
  const watches = new NamespaceWatches({ namespaces: [], excludedNamespaces: [] });
  const [shop, billing, more] = [watch(), watch(), watch()];
  watches.add(shop, 'shop');
  watches.add(billing, 'billing');
  watches.add(more, 'billing');
  const outcome = begun(watches);
  more.fill();
  watches.failed(FORBIDDEN, 'billing');
  t.equal(await outcome(), 'waits', 'somewhere there is to be work');
  shop.fill();
  t.equal(await outcome(), 'started');
  t.ok(watches.isFilled('shop/podinfo'));
  t.notOk(watches.isFilled('billing/podinfo'), 'half of it is not enough');
  billing.fill();
  await outcome();
  t.ok(watches.isFilled('billing/podinfo'));
});

void t.test('other errors are waited for', async (t) => {
  const watches = new NamespaceWatches({ namespaces: [], excludedNamespaces: [] });
  const [shop, billing] = [watch(), watch()];
  watches.add(shop, 'shop');
  watches.add(billing, 'billing');
  const outcome = begun(watches);
  shop.fill();
  watches.failed(answered(500), 'billing');
  watches.failed(new Error('reset'), 'billing');
  t.equal(await outcome(), 'waits');
  billing.fill();
  t.equal(await outcome(), 'started');
});

void t.test('stopped before everything was read, it says so; stopped later, nobody minds', async (t) => {
  const early = new NamespaceWatches({ namespaces: [], excludedNamespaces: [] });
  early.add(watch(), 'shop');
  early.add(watch(), 'billing');
  const outcome = begun(early);
  await early.stop();
  t.match(await outcome(), 'stopped before everything was read');
  const late = new NamespaceWatches({ namespaces: [], excludedNamespaces: [] });
  const [shop, billing] = [watch(), watch()];
  late.add(shop, 'shop');
  late.add(billing, 'billing');
  const started = begun(late);
  shop.fill();
  late.failed(FORBIDDEN, 'billing');
  t.equal(await started(), 'started');
  await late.stop();
  t.notOk(late.isFilled('billing/podinfo'));
});

void t.test('a kind that may not be read keeps nothing from starting, and is not taken as empty', async (t) => {
  const forbidden = async () => Promise.reject(FORBIDDEN);
  const client = { watch: forbidden, listAll: forbidden };
  const watches = new NamespaceWatches({ namespaces: [], excludedNamespaces: [] });
  const deployments = watch();
  watches.add(deployments);
  watches.open({ client, kind: KINDS.services, store: new Store() }, false);
  const started = watches.start();
  deployments.fill();
  await started;
  t.teardown(() => watches.stop());
  t.ok(watches.isFilled('shop/podinfo'));
  await t.rejects(watches.expectCurrent('shop/podinfo', KINDS.services), { message: /403/ });
  await watches.expectCurrent('shop/podinfo', KINDS.poddisruptionbudgets);
});

void t.test(
  'a namespace that is excluded is never filled: what a route or a job says of it is not looked at',
  async (t) => {
    const watches = new NamespaceWatches({ namespaces: [], excludedNamespaces: ['kube-system'] });
    const all = watch();
    watches.add(all);
    all.fill();
    await watches.start();
    t.strictSame(
      ['shop/podinfo', 'kube-system/podinfo'].map((key) => watches.isFilled(key)),
      [true, false],
    );
  },
);
