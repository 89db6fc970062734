import t from 'tap';
import { replicaSet, revision } from '../../build.ts';
import { after, effects, expect, live, progressing } from './decided.ts';

/** Made again by Headgate, and of another template by now. */
const changed = (index: number) =>
  replicaSet(live.deployment, `9.${index}`, 0, ({ metadata }) => {
    metadata.name = `podinfo-${revision('1.0')}-${index}`;
    metadata.labels = { ...metadata.labels, 'pod-template-hash': `${revision('1.0')}-${index}` };
  });
const others = (count: number) => Array.from({ length: count }, (_, index) => changed(index));
const decided = (sets: ReturnType<typeof others>) => after(progressing(), { ...live, replicaSets: sets });

expect({
  'a stable ReplicaSet that is gone is made again': [
    decided([replicaSet(live.deployment, '9.9', 0)]),
    { phase: 'Progressing', effects: ['createReplicaSet'], facts: ['StableRestored'] },
  ],
  'also where one that was made again was changed': [
    decided(others(2)),
    { phase: 'Progressing', effects: ['createReplicaSet'], facts: ['StableRestored'] },
  ],
  'not over and over where each one is changed': [decided(others(3)), { phase: 'Progressing', effects: [], facts: [] }],
});

t.test('it is told once, however often it has to be tried', async (t) => {
  const seen = { ...live, replicaSets: [replicaSet(live.deployment, '9.9', 0)] };
  const first = after(progressing(), seen);
  const again = after(first.state, seen);
  t.same([effects(again), again.facts, again.state], [['createReplicaSet'], [], first.state]);
  const there = after(again.state, live);
  t.equal(there.state.restoring, undefined, 'it is there');
  t.equal(after(there.state, seen).facts.length, 1, 'and gone again');
});
