import t from 'tap';
import type { KubeClient } from '../../../src/cluster/client.ts';
import { ROLE } from '../../../src/rollout/keys.ts';
import type { Deployment } from '../../../src/rollout/kube.ts';
import { NeighbourLabels } from '../../../src/scheduler/world/neighbour-labels.ts';
import { deployment, NAMESPACE } from '../../build.ts';

const named = (name: string, labels: Record<string, string> = {}): Deployment =>
  deployment('1.0', ({ metadata, spec }) => {
    Object.assign(metadata, { name, labels });
    spec.template.metadata = { labels: { app: name } };
  });

/** Of what is in the namespace at the moment, each time as new objects. */
function neighboursAmong(stored: Deployment[]) {
  let lists = 0;
  const listAll = async () => {
    lists += 1;
    return { items: structuredClone(stored), resourceVersion: '9' };
  };
  const neighbours = new NeighbourLabels({ listAll } as unknown as KubeClient);
  const of = (name: string) => neighbours.labelsOf(`${NAMESPACE}/${name}`);
  return { of, forget: (name: string) => neighbours.forget(`${NAMESPACE}/${name}`), lists: () => lists };
}

void t.test(
  'neighbours are those of the namespace, without the Deployment itself and what Headgate made',
  async (t) => {
    const { of } = neighboursAmong([named('cart'), named('till'), named('cart-canary', { [ROLE]: 'canary' })]);
    t.same(await of('cart'), [{ app: 'till' }]);
  },
);

void t.test('they are read once by each, until it forgets', async (t) => {
  const stored = [named('cart'), named('till')];
  const { of, forget, lists } = neighboursAmong(stored);
  await of('cart');
  stored.push(named('shelf'));
  t.same(await of('cart'), [{ app: 'till' }]);
  t.equal(lists(), 1);
  forget('cart');
  t.same(await of('cart'), [{ app: 'till' }, { app: 'shelf' }]);
});

void t.test('what several read is in memory once', async (t) => {
  const { of } = neighboursAmong([named('cart'), named('till'), named('shelf')]);
  const [byCart, byTill] = [await of('cart'), await of('till')];
  t.equal(byCart[1], byTill[1]);
  t.same(byTill, [{ app: 'cart' }, { app: 'shelf' }]);
});
