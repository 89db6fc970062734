import t from 'tap';
import { orderOf } from './order.ts';
import { VARIANTS } from './variants.ts';

t.test('each variant comes once after each other one, and everywhere in a round', async (t) => {
  const all = [...VARIANTS.keys()];
  const rounds = all.map((round) => orderOf(all.length, round));
  for (const order of rounds) t.same(order.toSorted(), all);
  for (const place of all) t.same(rounds.map((order) => order[place]).toSorted(), all);
  const pairs = rounds.flatMap((order) => order.slice(1).map((index, place) => `${index} after ${order[place]}`));
  t.equal(new Set(pairs).size, all.length * (all.length - 1));
});
