import t from 'tap';
import type { KubeObject } from '../../../src/rollout/kube.ts';
import { POLICY_KINDS, policiesOf } from '../../../src/rollout/workload/policies.ts';
import { ISTIO_POLICIES } from '../../../src/traffic/istio/policies.ts';

const KINDS = [...POLICY_KINDS, ...ISTIO_POLICIES];
const app = { matchLabels: { app: 'podinfo' } };
const other = { matchLabels: { app: 'cache' } };

/** The selectors of an object of a kind, each after its use. */
function read(kind: string, spec?: object): unknown[] {
  const known = KINDS.find((entry) => entry.kind.kind === kind);
  if (known === undefined) throw new Error(`no policies of kind ${kind}`);
  const object: KubeObject = { metadata: { name: 'one', namespace: 'prod' }, ...(spec && { spec }) };
  return policiesOf(known, object).map(({ use, selector }) => [use, selector]);
}

const table: [kind: string, claim: string, spec: object | undefined, wanted: unknown[]][] = [
  ['NetworkPolicy', 'holds for the pods that it selects', { podSelector: app }, [['holds', app]]],
  ['NetworkPolicy', 'names those who may come in', { ingress: [{ from: [{ podSelector: app }] }] }, [['names', app]]],
  [
    'NetworkPolicy',
    'names those whom its pods may ask',
    { egress: [{ to: [{ podSelector: app }] }] },
    [['names', app]],
  ],
  [
    'NetworkPolicy',
    'says nothing of pods of other namespaces and of addresses',
    {
      podSelector: other,
      ingress: [{ from: [{ podSelector: app, namespaceSelector: {} }, { ipBlock: { cidr: '10.0.0.0/8' } }] }, {}],
      egress: [{}],
    },
    [['holds', other]],
  ],
  ['PodDisruptionBudget', 'holds for the pods that it selects', { selector: app }, [['holds', app]]],
  ['PodDisruptionBudget', 'may select nothing', {}, []],
  ['PodMonitor', 'looks at its own namespace', { selector: app }, [['holds', app]]],
  ['PodMonitor', 'or at all', { selector: app, namespaceSelector: { any: true } }, [['holds', app]]],
  ['PodMonitor', 'or at some', { selector: app, namespaceSelector: { matchNames: ['prod'] } }, [['holds', app]]],
  ['PodMonitor', 'or at others', { selector: app, namespaceSelector: { matchNames: ['stage'] } }, []],
  ['AuthorizationPolicy', 'selects by labels', { selector: app }, [['holds', app]]],
  ['AuthorizationPolicy', 'or is for the namespace', { action: 'DENY' }, []],
  ['PeerAuthentication', 'selects by labels', { selector: app }, [['holds', app]]],
  ['RequestAuthentication', 'selects by labels', { selector: app }, [['holds', app]]],
  ['Sidecar', 'selects by labels', { workloadSelector: { labels: { app: 'podinfo' } } }, [['holds', app]]],
  ['Sidecar', 'or is for the namespace', { egress: [] }, []],
];

for (const [kind, claim, spec, wanted] of table) t.same(read(kind, spec), wanted, `a ${kind} ${claim}`);
for (const { kind } of KINDS) t.same(read(kind.kind), [], `a ${kind.kind} without a spec says nothing`);
