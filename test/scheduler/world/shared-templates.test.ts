import t from 'tap';
import { Store } from '../../../src/cluster/store.ts';
import { LAST_APPLIED, ROLE } from '../../../src/rollout/keys.ts';
import type { Deployment, ReplicaSet } from '../../../src/rollout/kube.ts';
import type { Canary } from '../../../src/rollout/machine/canary.ts';
import { REVISION_NUMBER } from '../../../src/rollout/workload/stable.ts';
import { Records } from '../../../src/scheduler/world/records.ts';
import { SharedTemplates } from '../../../src/scheduler/world/shared-templates.ts';
import { deployment, NAME, NAMESPACE, revision, template } from '../../build.ts';

const KEY = `${NAMESPACE}/${NAME}`;

/** Stores as the scheduler has them, and objects as they come from the API server: each new, and each its own. */
function stores() {
  const templates = new SharedTemplates({
    enrolled: { get: (key) => enrolled.get(key) },
    canaries: { get: (key) => canaries.get(key) },
    records: { about: (key) => records.about(key) },
  });
  const enrolled = new Store<Deployment>({ keep: templates.keepDeployment });
  const canaries = new Store<Deployment>({ keep: templates.keepCanary });
  const records = new Records(() => undefined, { keep: templates.keepRecord });
  return { enrolled, canaries, records, templates };
}

const at = <T extends Deployment | Canary>(object: T, resourceVersion: string): T => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion, managedFields: [{ manager: 'kubectl' }] },
});

const record = (tag: string): Canary => ({
  kind: 'Canary',
  metadata: { name: NAME, namespace: NAMESPACE, uid: 'uid-record' },
  spec: {},
  status: { phase: 'Initialized', stable: { revision: revision(tag), template: template(tag), available: true } },
});

const canary = (tag: string): Deployment =>
  deployment(tag, ({ metadata, spec }) => {
    Object.assign(metadata, { name: `${NAME}-canary`, labels: { [ROLE]: 'canary' } });
    spec.template.metadata = { labels: { app: `${NAME}-canary` } };
  });

const replicaSet = (tag: string, owner = NAME): ReplicaSet => {
  const { metadata, spec } = template(tag);
  const labels = { ...metadata?.labels, 'pod-template-hash': 'abc' };
  return {
    kind: 'ReplicaSet',
    metadata: {
      ...{ name: `${owner}-abc`, namespace: NAMESPACE },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: owner, uid: 'u' }],
    },
    spec: { selector: {}, template: { metadata: { ...metadata, labels }, spec } },
  };
};

const stableOf = (record: Canary | undefined) => record?.status?.stable?.template;

void t.test(
  'a template is held once by a Deployment at rest, its record and its canary, whichever is known first',
  async (t) => {
    for (const order of [
      [0, 1, 2],
      [1, 0, 2],
      [2, 1, 0],
      [1, 2, 0],
    ]) {
      const { enrolled, records, canaries } = stores();
      const puts = [
        () => enrolled.put(at(deployment('1.0'), '1')),
        () => records.store.put(at(record('1.0'), '2')),
        () => canaries.put(at(canary('1.0'), '3')),
      ];
      for (const index of order) puts[index]?.();
      const [held, recorded] = [enrolled.get(KEY)?.spec.template, stableOf(records.get(KEY))];
      const ofCanary = canaries.get(`${KEY}-canary`)?.spec.template;
      t.equal(recorded?.spec, held?.spec);
      t.equal(ofCanary?.spec, held?.spec);
      t.same([held, recorded, ofCanary], [template('1.0'), template('1.0'), canary('1.0').spec.template]);
    }
  },
);

void t.test('another template is another, and what was shared stays as it was', async (t) => {
  const { enrolled, records } = stores();
  enrolled.put(at(deployment('1.0'), '1'));
  records.store.put(at(record('1.0'), '2'));
  enrolled.put(at(deployment('1.1'), '3'));
  t.same(enrolled.get(KEY)?.spec.template, template('1.1'));
  t.same(stableOf(records.get(KEY)), template('1.0'));
  records.store.put(at(record('1.1'), '4'));
  t.equal(stableOf(records.get(KEY)), enrolled.get(KEY)?.spec.template);
});

void t.test('a change that is none of the template leaves the object that is there', async (t) => {
  const { enrolled } = stores();
  enrolled.put(at(deployment('1.0'), '1'));
  const before = enrolled.get(KEY)?.spec.template;
  enrolled.put(
    at(
      deployment('1.0', ({ spec }) => Object.assign(spec, { replicas: 9 })),
      '2',
    ),
  );
  t.equal(enrolled.get(KEY)?.spec.replicas, 9);
  t.equal(enrolled.get(KEY)?.spec.template, before);
});

void t.test('of an enrolled Deployment neither its file is kept nor who wrote which field; all else is', async (t) => {
  const { enrolled } = stores();
  const object = deployment('1.0');
  const annotations = { ...object.metadata.annotations, [LAST_APPLIED]: '{}', [REVISION_NUMBER]: '3' };
  enrolled.put(at({ ...object, metadata: { ...object.metadata, annotations } }, '1'));
  t.same(enrolled.get(KEY), object);
  const { annotations: _, ...bare } = object.metadata;
  enrolled.put(at({ ...object, metadata: { ...bare, annotations: { [LAST_APPLIED]: '{}' } } }, '2'));
  t.same(enrolled.get(KEY)?.metadata.annotations, {}, 'that there are annotations is known');
});

void t.test('a record without a stable version, or with nothing in it, is kept as it is', async (t) => {
  const { records } = stores();
  const { status: _, ...fresh } = record('1.0');
  records.store.put(at(fresh, '1'));
  t.equal(records.get(KEY)?.status, undefined);
  records.store.put(at({ ...fresh, status: { conditions: [] } }, '2'));
  t.same(records.get(KEY)?.status, { conditions: [] });
});

void t.test('a ReplicaSet has the pods of its Deployment or canary, and labels of its own', async (t) => {
  const { enrolled, canaries, templates } = stores();
  enrolled.put(at(deployment('2.0'), '1'));
  canaries.put(at(canary('2.0'), '2'));
  for (const owner of [NAME, `${NAME}-canary`]) {
    const kept = templates.keepReplicaSet(replicaSet('2.0', owner));
    t.same(kept, replicaSet('2.0', owner));
    t.equal(kept.spec.template.spec, enrolled.get(KEY)?.spec.template.spec);
  }
  t.same(templates.keepReplicaSet(replicaSet('1.0')), replicaSet('1.0'), 'another version is another');
});
