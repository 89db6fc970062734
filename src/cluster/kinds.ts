import { type Kind, namespacedKind as namespaced } from '../rollout/object-change.ts';
import { DISRUPTION_BUDGETS } from '../rollout/workload/disruption-budget.ts';

/** Every kind that Headgate touches, but for those by which traffic is divided: their providers name them. */
export const KINDS = {
  deployments: namespaced('apps', 'v1', 'deployments', 'Deployment'),
  replicasets: namespaced('apps', 'v1', 'replicasets', 'ReplicaSet'),
  services: namespaced('', 'v1', 'services', 'Service'),
  endpointslices: namespaced('discovery.k8s.io', 'v1', 'endpointslices', 'EndpointSlice'),
  poddisruptionbudgets: DISRUPTION_BUDGETS,
  canaries: namespaced('headgate.dev', 'v1', 'canaries', 'Canary'),
  alertproviders: namespaced('headgate.dev', 'v1', 'alertproviders', 'AlertProvider'),
  metrictemplates: namespaced('headgate.dev', 'v1', 'metrictemplates', 'MetricTemplate'),
  clustermetrictemplates: {
    ...namespaced('headgate.dev', 'v1', 'clustermetrictemplates', 'ClusterMetricTemplate'),
    namespaced: false,
  },
  pods: namespaced('', 'v1', 'pods', 'Pod'),
  events: namespaced('', 'v1', 'events', 'Event'),
  configmaps: namespaced('', 'v1', 'configmaps', 'ConfigMap'),
  secrets: namespaced('', 'v1', 'secrets', 'Secret'),
  namespaces: { ...namespaced('', 'v1', 'namespaces', 'Namespace'), namespaced: false },
  selfsubjectaccessreviews: {
    ...namespaced('authorization.k8s.io', 'v1', 'selfsubjectaccessreviews', 'SelfSubjectAccessReview'),
    namespaced: false,
  },
  validatingadmissionpolicybindings: {
    ...namespaced(
      'admissionregistration.k8s.io',
      'v1',
      'validatingadmissionpolicybindings',
      'ValidatingAdmissionPolicyBinding',
    ),
    namespaced: false,
  },
  mutatingwebhookconfigurations: {
    ...namespaced(
      'admissionregistration.k8s.io',
      'v1',
      'mutatingwebhookconfigurations',
      'MutatingWebhookConfiguration',
    ),
    namespaced: false,
  },
} as const satisfies Record<string, Kind>;

export const apiVersionOf = ({ group, version }: Kind): string => (group === '' ? version : `${group}/${version}`);

/**
 * URL path of a collection (no name), an object, or a subresource. Without a namespace: the collection over all
 * namespaces. A kind that is not namespaced ignores the namespace.
 */
export function pathOf(kind: Kind, namespace?: string, name?: string, subresource?: string): string {
  const root = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  const scope = kind.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const tail = [kind.plural, name, subresource].filter((part) => part !== undefined).map(encodeURIComponent);
  return `${root}${scope}/${tail.join('/')}`;
}

/** Resource and subresource that a path is about, such as `deployments/status`: a metric's label. */
export function resourceOf(path: string): string {
  const parts = path.split('?', 1)[0]?.split('/').filter(Boolean) ?? [];
  const afterRoot = parts.slice(parts[0] === 'api' ? 2 : 3);
  const [plural = 'unknown', , subresource] =
    afterRoot[0] === 'namespaces' && afterRoot.length > 2 ? afterRoot.slice(2) : afterRoot;
  return subresource === undefined ? plural : `${plural}/${subresource}`;
}
