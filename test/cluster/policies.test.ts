import t from 'tap';
import { openRig } from '../rig/rig.ts';
import { App } from './support/app.ts';

const rig = openRig();
t.teardown(() => rig.close());

const BY_LABEL = { matchLabels: { app: 'podinfo' } };
const BOTH = { matchExpressions: [{ key: 'app', operator: 'In', values: ['podinfo', 'podinfo-canary'] }] };
const ingress = [{ from: [{ namespaceSelector: {} }] }];

const policies = (selector: object) => [
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    name: 'podinfo-in',
    spec: { podSelector: selector, ingress },
  },
  { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', name: 'podinfo', spec: { selector, maxUnavailable: 1 } },
];

/** The objects that are there besides, whether they are gaps or not. */
const OTHERS = [
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', name: 'all', spec: { podSelector: {}, ingress } },
  {
    ...{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', name: 'cache' },
    spec: { podSelector: { matchLabels: { app: 'cache' } }, ingress: [{ from: [{ podSelector: BY_LABEL }] }] },
  },
  {
    ...{ apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', name: 'podinfo' },
    spec: { selector: BY_LABEL, rules: [{}] },
  },
];

async function write(app: App, objects: readonly { name: string }[]): Promise<void> {
  for (const { name, ...object } of objects) await app.apply({ ...object, metadata: { name } });
}

t.test('policies that leave out the canary are said when a release begins, and keep nobody', async (t) => {
  const app = await App.enrolled(rig, 'policies', { annotations: { 'step-weights': '50', metrics: '[]' } });
  await write(app, [...policies(BY_LABEL), ...OTHERS]);
  await app.release('1.4.1');
  const { conditions } = await app.phase('Succeeded');
  const gap = conditions.find(({ type }) => type === 'PolicyGap');
  t.match(gap, { status: 'True', reason: 'PolicyGap' });
  const [, named = ''] = /podinfo-canary: (.*?)\. Select/.exec(gap?.message ?? '') ?? [];
  t.same(named.split(', ').toSorted(), [
    'AuthorizationPolicy podinfo',
    'NetworkPolicy cache (in its rules)',
    'NetworkPolicy podinfo-in',
    'PodDisruptionBudget podinfo',
  ]);
  t.match(gap?.message, '{key: app, operator: In, values: [podinfo, podinfo-canary]}', 'with what to write');
  t.equal((await app.reasons()).filter((reason) => reason === 'PolicyGap').length, 1, 'one Event tells it');

  await write(app, policies(BOTH));
  await app.kubectl(['delete', 'networkpolicy/cache', 'authorizationpolicy/podinfo']);
  await app.release('1.4.0');
  const later = await app.phase('Succeeded');
  t.notOk(
    later.conditions.some(({ type }) => type === 'PolicyGap'),
    'the release after finds none',
  );
  await app.delete();
});
