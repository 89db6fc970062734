import type { KubeObject, LabelSelector } from '../kube.ts';
import { type Kind, namespacedKind } from '../object-change.ts';
import { DISRUPTION_BUDGETS } from './disruption-budget.ts';

/** For what an object selects pods: to hold for them, or to name them in a rule as those who may connect. */
export type PolicyUse = 'holds' | 'names';

/** One selector of an object that holds for pods by their labels. */
export interface Policy {
  kind: string;
  name: string;
  use: PolicyUse;
  selector: LabelSelector;
}

/** A kind of such objects, and where in them the selectors are. */
export interface PolicyKind {
  kind: Kind;
  /** Of an object in the pods' own namespace. One that selects every pod whatever its labels may be left out. */
  selectors(this: void, object: KubeObject): { use: PolicyUse; selector: LabelSelector | undefined }[];
}

/** The policies that an object is. */
export const policiesOf = ({ kind, selectors }: PolicyKind, object: KubeObject): Policy[] =>
  selectors(object).flatMap(({ use, selector }) =>
    selector === undefined ? [] : [{ kind: kind.kind, name: object.metadata.name, use, selector }],
  );

interface NetworkPolicy extends KubeObject {
  spec?: {
    podSelector?: LabelSelector;
    ingress?: { from?: Peer[] }[];
    egress?: { to?: Peer[] }[];
  };
}

interface Peer {
  podSelector?: LabelSelector;
  namespaceSelector?: LabelSelector;
}

/** Of the policy's own namespace: with a namespaceSelector it is about others too, and of what labels is not known. */
const ownPeer = ({ podSelector, namespaceSelector }: Peer): LabelSelector | undefined =>
  namespaceSelector === undefined ? podSelector : undefined;

interface PodMonitor extends KubeObject {
  spec?: { selector?: LabelSelector; namespaceSelector?: { any?: boolean; matchNames?: string[] } };
}

function monitored({ metadata, spec = {} }: PodMonitor): LabelSelector | undefined {
  const { any = false, matchNames = [] } = spec.namespaceSelector ?? {};
  const isOwn = any || matchNames.length === 0 || matchNames.includes(metadata.namespace ?? '');
  return isOwn ? spec.selector : undefined;
}

/** The kinds that do not belong to what divides traffic. */
export const POLICY_KINDS: readonly PolicyKind[] = [
  {
    kind: namespacedKind('networking.k8s.io', 'v1', 'networkpolicies', 'NetworkPolicy'),
    selectors: ({ spec: { podSelector, ingress = [], egress = [] } = {} }: NetworkPolicy) => [
      { use: 'holds', selector: podSelector },
      ...ingress.flatMap(({ from = [] }) => from.map((peer) => ({ use: 'names' as const, selector: ownPeer(peer) }))),
      ...egress.flatMap(({ to = [] }) => to.map((peer) => ({ use: 'names' as const, selector: ownPeer(peer) }))),
    ],
  },
  {
    kind: DISRUPTION_BUDGETS,
    selectors: ({ spec }: KubeObject & { spec?: { selector?: LabelSelector } }) => [
      { use: 'holds', selector: spec?.selector },
    ],
  },
  {
    kind: namespacedKind('monitoring.coreos.com', 'v1', 'podmonitors', 'PodMonitor'),
    selectors: (object) => [{ use: 'holds', selector: monitored(object) }],
  },
];
