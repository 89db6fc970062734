import t from 'tap';
import { refusal } from '../../../src/cluster/errors.ts';
import { Areas } from '../../../src/scheduler/world/namespace-watches.ts';

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
function begun(areas: Areas) {
  const state = { outcome: 'waits' };
  const end = areas.start().then(
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
  const areas = new Areas([]);
  const [one, two] = [watch(), watch()];
  for (const each of [one, two]) areas.add(each);
  const outcome = begun(areas);
  t.ok(one.isStarted() && two.isStarted());
  one.fill();
  areas.failed(FORBIDDEN);
  t.equal(await outcome(), 'waits');
  t.notOk(areas.isFilled('shop/podinfo'));
  two.fill();
  t.equal(await outcome(), 'started');
  t.ok(areas.isFilled('shop/podinfo'));
});

void t.test('a namespace that may not be read keeps no other from starting, and is taken up later', async (t) => {
  const areas = new Areas([]);
  const [shop, billing, more] = [watch(), watch(), watch()];
  areas.add(shop, 'shop');
  areas.add(billing, 'billing');
  areas.add(more, 'billing');
  const outcome = begun(areas);
  more.fill();
  areas.failed(FORBIDDEN, 'billing');
  t.equal(await outcome(), 'waits', 'somewhere there is to be work');
  shop.fill();
  t.equal(await outcome(), 'started');
  t.ok(areas.isFilled('shop/podinfo'));
  t.notOk(areas.isFilled('billing/podinfo'), 'half of it is not enough');
  billing.fill();
  await outcome();
  t.ok(areas.isFilled('billing/podinfo'));
});

void t.test('other errors are waited for', async (t) => {
  const areas = new Areas([]);
  const [shop, billing] = [watch(), watch()];
  areas.add(shop, 'shop');
  areas.add(billing, 'billing');
  const outcome = begun(areas);
  shop.fill();
  areas.failed(answered(500), 'billing');
  areas.failed(new Error('reset'), 'billing');
  t.equal(await outcome(), 'waits');
  billing.fill();
  t.equal(await outcome(), 'started');
});

void t.test('stopped before everything was read, it says so; stopped later, nobody minds', async (t) => {
  const early = new Areas([]);
  early.add(watch(), 'shop');
  early.add(watch(), 'billing');
  const outcome = begun(early);
  await early.stop();
  t.match(await outcome(), 'stopped before everything was read');
  const late = new Areas([]);
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
