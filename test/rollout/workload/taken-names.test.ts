import t from 'tap';
import { ROLE } from '../../../src/rollout/keys.ts';
import type { KubeObject } from '../../../src/rollout/kube.ts';
import { namespacedKind, type ObjectChange } from '../../../src/rollout/object-change.ts';
import { ownerOf } from '../../../src/rollout/workload/generated.ts';
import { isMadeFor, leadsToCanary, takenBy, takenWords } from '../../../src/rollout/workload/taken-names.ts';
import { deployment, LABEL, rule } from '../../build.ts';

const of = (metadata: object, kind = 'Deployment'): KubeObject => ({
  kind,
  metadata: { name: 'podinfo-canary', namespace: 'prod', ...metadata },
});

const role = { [ROLE]: 'canary' };
const owner = ownerOf(deployment());

const made: Record<string, [metadata: object, made: boolean]> = {
  'the label and this owner': [{ labels: role, ownerReferences: [owner] }, true],
  'from a file, which has no uid': [{ labels: role, ownerReferences: [{ ...owner, uid: undefined }] }, true],
  'another owner beside': [{ labels: role, ownerReferences: [{ ...owner, kind: 'Other', name: 'a' }, owner] }, true],
  'no label': [{ ownerReferences: [owner] }, false],
  'no owner': [{ labels: role }, false],
  'an earlier Deployment of the name': [{ labels: role, ownerReferences: [{ ...owner, uid: 'uid-before' }] }, false],
  'another Deployment': [{ labels: role, ownerReferences: [{ ...owner, name: 'other', uid: 'uid-other' }] }, false],
  'another kind of that name': [{ labels: role, ownerReferences: [{ ...owner, kind: 'Rollout' }] }, false],
};
for (const [claim, [metadata, wanted]] of Object.entries(made))
  t.equal(isMadeFor(of(metadata), deployment()), wanted, claim);

const said: Record<string, [metadata: object, words: string]> = {
  'an owner': [{ ownerReferences: [{ ...owner, kind: 'Rollout', name: 'podinfo' }] }, 'it belongs to Rollout podinfo'],
  'a Helm release': [
    {
      labels: { 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: { 'meta.helm.sh/release-name': 'podinfo-canary' },
    },
    'it is of the Helm release podinfo-canary',
  ],
  'a manager': [{ labels: { 'app.kubernetes.io/managed-by': 'tanka' } }, 'it is managed by tanka'],
  'an application of Argo CD': [
    { annotations: { 'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:prod/podinfo-canary' } },
    'it is of the Argo CD application shop',
  ],
  'who wrote it, not who writes its status or size': [
    {
      managedFields: [
        { manager: 'kube-controller-manager', subresource: 'status' },
        { manager: 'hpa', subresource: 'scale' },
        { manager: 'kubectl-client-side-apply' },
      ],
    },
    'it was written by kubectl-client-side-apply',
  ],
  nothing: [{}, 'it does not say whose it is'],
  'what an earlier Deployment left': [
    { labels: role },
    'it has its label and no owner, as what is left of a Deployment that was deleted',
  ],
  'what another Deployment has': [
    { labels: role, ownerReferences: [{ ...owner, name: 'other' }] },
    'it was made for another Deployment other, and goes when that is gone',
  ],
};
for (const [claim, [metadata, words]] of Object.entries(said)) {
  const wanted = `Deployment podinfo-canary is not Headgate's (${words}); nothing of it is changed. Delete it or give it another name: the canary starts when it is gone`;
  t.equal(takenWords([of(metadata)]), wanted, claim);
}
t.match(
  takenWords([of({}), of({}, 'Service')]),
  /^Deployment podinfo-canary is not .*, and Service podinfo-canary is not .*; nothing of them .* when they are gone$/,
  'all that is in the way is said at once',
);

const kind = namespacedKind('networking.istio.io', 'v1', 'destinationrules', 'DestinationRule');
const change = (what: 'create' | 'patch', name: string): ObjectChange => ({
  ...{ do: what, kind, object: rule(name), operations: [] },
});
t.same(
  takenBy([change('create', 'podinfo-canary'), change('patch', 'podinfo')], [rule('podinfo'), rule('podinfo-canary')]),
  [rule('podinfo-canary')],
  'what stands where something is to be made is in the way; what is changed is not',
);
t.same(takenBy([change('create', 'podinfo-canary')], [of({})]), [], 'nor is another kind');

const two = deployment('1.0', ({ spec }) => {
  spec.template.metadata = { labels: { app: 'podinfo', tier: 'web' } };
});
const selectors: Record<string, [selector: Record<string, string> | undefined, leads: boolean]> = {
  "the canary's label": [{ app: 'podinfo-canary' }, true],
  'another label of its pods beside': [{ app: 'podinfo-canary', tier: 'web' }, true],
  'a label that its pods do not have': [{ app: 'podinfo-canary', track: 'beta' }, false],
  'a label that the stable pods have too': [{ tier: 'web' }, false],
  'the stable pods': [{ app: 'podinfo' }, false],
  others: [{ app: 'elsewhere' }, false],
  none: [undefined, false],
};
for (const [claim, [selector, leads]] of Object.entries(selectors)) {
  const object = { ...of({}, 'Service'), spec: { ...(selector && { selector }) } };
  t.equal(leadsToCanary(object, two, LABEL), leads, `a Service that selects ${claim}`);
}
t.notOk(
  leadsToCanary({ ...of({}), spec: { selector: { app: 'podinfo-canary' } } }, two, LABEL),
  'only a Service leads',
);
