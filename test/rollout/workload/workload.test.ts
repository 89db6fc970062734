import t from 'tap';
import type { Deployment } from '../../../src/rollout/kube.ts';
import { canaryDeployment } from '../../../src/rollout/workload/canary-deployment.ts';
import { replicaSetOf } from '../../../src/rollout/workload/replica-set.ts';
import { annotated, type Change, deployment, held, NAME, template } from '../../build.ts';

const WISH = { revision: 'a1', requestedBy: 'jane', replicas: 2, label: 'app' };
const canaryOf = (...changes: Change<Deployment>[]): Deployment =>
  canaryDeployment(deployment('2.0', ...changes), WISH);

const pods =
  (fields: Record<string, unknown>): Change<Deployment> =>
  (object) => {
    Object.assign(object.spec.template.spec, fields);
  };

const antiAffinity = (selector: unknown) => ({
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { topologyKey: 'kubernetes.io/hostname', labelSelector: selector },
    ],
    preferredDuringSchedulingIgnoredDuringExecution: [
      { weight: 100, podAffinityTerm: { topologyKey: 'zone', labelSelector: selector } },
    ],
  },
});

const placement: Record<string, [fields: (app: string) => Record<string, unknown>]> = {
  'anti-affinity by labels': [(app) => ({ affinity: antiAffinity({ matchLabels: { app, tier: 'web' } }) })],
  'anti-affinity by expressions': [
    (app) => ({
      affinity: antiAffinity({
        matchExpressions: [
          { key: 'app', operator: 'In', values: [app, 'other'] },
          { key: 'tier', operator: 'Exists' },
        ],
      }),
    }),
  ],
  'topology spread': [
    (app) => ({
      topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', labelSelector: { matchLabels: { app } } }],
    }),
  ],
};
for (const [claim, [fields]] of Object.entries(placement)) {
  const found = canaryOf(pods(fields('podinfo'))).spec.template.spec;
  t.match(found, fields('podinfo-canary'), `${claim} means the canary's own pods`);
  t.same(
    canaryOf(pods(fields('redis'))).spec.template.spec,
    { ...template('2.0').spec, ...fields('redis') },
    `${claim} of others stays`,
  );
}

const app = { matchLabels: { app: NAME } };
const asWritten = {
  affinity: {
    nodeAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 1, preference: { matchExpressions: [{ key: 'app', operator: 'In', values: [NAME] }] } },
      ],
    },
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'zone', namespaceSelector: app }],
    },
  },
  nodeSelector: { app: NAME },
  volumes: [
    { name: 'scratch', ephemeral: { volumeClaimTemplate: { spec: { selector: app } } } },
    { name: 'trust', projected: { sources: [{ clusterTrustBundle: { labelSelector: app, path: 'ca.pem' } }] } },
  ],
};
t.same(
  canaryOf(pods(asWritten)).spec.template.spec,
  { ...template('2.0').spec, ...asWritten },
  'selectors of nodes, namespaces, volumes and trust bundles are as they are written',
);

const canary = canaryOf(
  held(),
  annotated({
    owner: 'team-a',
    'kubernetes.io/description': 'the shop',
    'a8r.io/owner': '@team-a',
    'reloader.stakater.com/auto': 'true',
    'keel.sh/policy': 'minor',
    'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:prod/podinfo',
    'argocd.argoproj.io/sync-wave': '2',
    'meta.helm.sh/release-name': 'podinfo',
    'kapp.k14s.io/identity': 'v1;prod/apps/Deployment/podinfo;apps/v1',
    'fluxcd.io/automated': 'true',
    'internal.example.com/scale-to-zero': 'at-night',
    'kubectl.kubernetes.io/last-applied-configuration': '{}',
    'deployment.kubernetes.io/revision': '7',
  }),
  pods({ newInKubernetes140: { deep: [1, null] } }),
  ({ spec: fields, metadata }) => {
    fields['newStrategyField'] = { a: 1 };
    fields.revisionHistoryLimit = 10;
    metadata.labels = {
      ...{ ...metadata.labels, team: 'a', 'cost.example.com/center': '7' },
      'app.kubernetes.io/managed-by': 'Helm',
      'argocd.argoproj.io/instance': 'shop',
      'kustomize.toolkit.fluxcd.io/name': 'shop',
      'helm.toolkit.fluxcd.io/name': 'shop',
      'kapp.k14s.io/app': '1700000000',
      'applyset.kubernetes.io/part-of': 'applyset-x-v1',
      'objectset.rio.cattle.io/hash': 'abc',
      'keel.sh/policy': 'minor',
    };
    fields.template.metadata = {
      labels: { app: NAME, version: '2' },
      annotations: { 'headgate.dev/pinned': 'x', 'prometheus.io/scrape': 'true' },
    };
  },
);
t.match(
  canary.metadata,
  {
    name: 'podinfo-canary',
    namespace: 'prod',
    ownerReferences: [{ kind: 'Deployment', name: NAME, uid: 'uid-podinfo' }],
  },
  'it stands beside the Deployment and goes with it',
);
t.same(
  canary.metadata.labels,
  {
    ...{ app: 'podinfo-canary', team: 'a', 'cost.example.com/center': '7' },
    ...{ 'app.kubernetes.io/managed-by': 'headgate', 'headgate.dev/role': 'canary' },
  },
  "it has the Deployment's labels but those by which programs own it, and is not enrolled itself",
);
t.same(
  canary.metadata.annotations,
  {
    ...{ owner: 'team-a', 'kubernetes.io/description': 'the shop', 'a8r.io/owner': '@team-a' },
    ...{ 'headgate.dev/revision': 'a1', 'headgate.dev/requested-by': 'jane' },
  },
  'annotations for people come along; those that steer programs do not',
);
t.same(canary.spec.selector, { matchLabels: { app: 'podinfo-canary' } }, 'its selector has the suffix');
t.same(
  canary.spec.template.metadata,
  { labels: { app: 'podinfo-canary', version: '2' }, annotations: { 'prometheus.io/scrape': 'true' } },
  'and so have its pods, with no word of Headgate',
);
t.match(canary.spec, { replicas: 2, newStrategyField: { a: 1 } }, 'fields that Headgate does not know are kept');
t.same(canary.spec.template.spec['newInKubernetes140'], { deep: [1, null] }, 'in the pods too');
t.notOk('paused' in canary.spec, 'it is never paused');
t.notOk('status' in canary, 'it brings no status');

const several = canaryDeployment(
  deployment('2.0', ({ spec: fields }) => {
    fields.selector = {
      matchLabels: { app: 'podinfo', instance: 'a' },
      matchExpressions: [{ key: 'tier', operator: 'Exists' }],
    };
    fields.template.metadata = { labels: { app: 'podinfo', instance: 'a', tier: 'web' } };
  }),
  { ...WISH, label: 'instance' },
);
t.same(
  several.spec.selector,
  { matchLabels: { app: 'podinfo', instance: 'a-canary' }, matchExpressions: [{ key: 'tier', operator: 'Exists' }] },
  'one label gets the suffix, the rest of the selector stays',
);
t.same(several.spec.template.metadata?.labels, { app: 'podinfo', instance: 'a-canary', tier: 'web' }, 'as in the pods');

const restored = replicaSetOf(deployment('2.0'), template('1.0'), 'a1');
t.match(
  restored,
  {
    metadata: {
      name: 'podinfo-a1',
      labels: { app: NAME, 'pod-template-hash': 'a1' },
      ownerReferences: [{ controller: true }],
    },
    spec: { replicas: 4, selector: { matchLabels: { app: NAME, 'pod-template-hash': 'a1' } } },
  },
  "a restored ReplicaSet is the Deployment's, with its size",
);
t.same(restored.spec.template.spec, template('1.0').spec, 'and the running template, not the held one');
