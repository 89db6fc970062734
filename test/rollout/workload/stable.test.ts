import t from 'tap';
import type { ReplicaSet } from '../../../src/rollout/kube.ts';
import { findStable, isEmpty, podTemplateOf, staleReplicaSets } from '../../../src/rollout/workload/stable.ts';
import { revisionOf } from '../../../src/rollout/workload/template.ts';
import { at, type Change, deployment, held, replicaSet, stable, template } from '../../build.ts';

const owner = deployment('3.0', held());
const numbered =
  (number: number): Change<ReplicaSet> =>
  ({ metadata }) => {
    metadata.annotations = { 'deployment.kubernetes.io/revision': String(number) };
  };
const crashing: Change<ReplicaSet> = ({ status = {} }) => {
  status.availableReplicas = 0;
};
const orphaned: Change<ReplicaSet> = ({ metadata }) => {
  metadata.ownerReferences = [];
};
const born =
  (second: number): Change<ReplicaSet> =>
  ({ metadata }) => {
    metadata.creationTimestamp = at(second);
  };

const found: Record<string, [sets: ReplicaSet[], tag: string | undefined, available: boolean]> = {
  'the only one with pods': [[replicaSet(owner, '1.0', 4), replicaSet(owner, '2.0', 0)], '1.0', true],
  'most available pods before most pods': [
    [replicaSet(owner, '1.0', 3), replicaSet(owner, '2.0', 4, crashing)],
    '1.0',
    true,
  ],
  'most pods where none is available': [
    [replicaSet(owner, '1.0', 3, crashing), replicaSet(owner, '2.0', 4, crashing)],
    '2.0',
    false,
  ],
  'the last number where all are empty': [
    [replicaSet(owner, '2.0', 0, numbered(2)), replicaSet(owner, '1.0', 0, numbered(10))],
    '1.0',
    false,
  ],
  'never an empty one with the held template': [
    [replicaSet(owner, '3.0', 0, numbered(9)), replicaSet(owner, '1.0', 0, numbered(1))],
    '1.0',
    false,
  ],
  'the held template where it has pods': [[replicaSet(owner, '3.0', 4), replicaSet(owner, '1.0', 0)], '3.0', true],
  "not another Deployment's": [[replicaSet(owner, '1.0', 4, orphaned)], undefined, false],
  'nothing where there is nothing': [[], undefined, false],
};
for (const [claim, [sets, tag, available]] of Object.entries(found)) {
  const wanted =
    tag === undefined ? undefined : { revision: revisionOf(template(tag)), template: template(tag), available };
  t.same(findStable(owner, sets), wanted, `what runs is ${claim}`);
}

const running = replicaSet(owner, '1.0', 4, born(10));
const preferred: Record<string, [set: ReplicaSet, usurps: boolean]> = {
  'an empty one with the held template': [replicaSet(owner, '3.0', 0, born(1)), true],
  'an empty one that is newer': [replicaSet(owner, '2.0', 0, born(20)), true],
  'an empty one of the same second': [replicaSet(owner, '2.0', 0, born(10)), true],
  'an empty one that is older': [replicaSet(owner, '2.0', 0, born(1)), false],
  'one with pods': [replicaSet(owner, '2.0', 1, born(20)), false],
  "another Deployment's": [replicaSet(owner, '3.0', 0, born(20), orphaned), false],
};
for (const [claim, [set, usurps]] of Object.entries(preferred)) {
  const names = staleReplicaSets(owner, stable('1.0'), [running, set]).map(({ metadata }) => metadata.name);
  t.same(
    names,
    usurps ? [set.metadata.name] : [],
    `${claim} ${usurps ? 'would' : 'would not'} take the stable one's place`,
  );
}
const alone = [replicaSet(owner, '3.0', 0), replicaSet(owner, '2.0', 0, born(20))];
t.same(staleReplicaSets(owner, stable('1.0'), alone), [], 'nothing is deleted while the stable one is not seen');

t.same(podTemplateOf(running), template('1.0'), "the template of a ReplicaSet is the Deployment's, without the hash");
t.notOk(
  isEmpty(replicaSet(owner, '1.0', 0, ({ status = {} }) => Object.assign(status, { replicas: 1 }))),
  'pods that still go count',
);
