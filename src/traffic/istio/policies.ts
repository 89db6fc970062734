import type { KubeObject } from '../../rollout/kube.ts';
import { type Kind, namespacedKind } from '../../rollout/object-change.ts';
import type { PolicyKind } from '../../rollout/workload/policies.ts';

type Labels = Record<string, string>;

interface Selecting extends KubeObject {
  spec?: { selector?: { matchLabels?: Labels }; workloadSelector?: { labels?: Labels } };
}

/** Without a selector they are for the whole namespace. */
const byLabels = (kind: Kind, labelsOf: (object: Selecting) => Labels | undefined): PolicyKind => ({
  kind,
  selectors: (object) => {
    const matchLabels = labelsOf(object);
    return [{ use: 'holds', selector: matchLabels && { matchLabels } }];
  },
});

const security = (plural: string, kind: string): PolicyKind =>
  byLabels(namespacedKind('security.istio.io', 'v1', plural, kind), ({ spec }) => spec?.selector?.matchLabels);

/** Istio's objects that hold for pods by their labels. */
export const ISTIO_POLICIES: readonly PolicyKind[] = [
  security('authorizationpolicies', 'AuthorizationPolicy'),
  security('peerauthentications', 'PeerAuthentication'),
  security('requestauthentications', 'RequestAuthentication'),
  byLabels(
    namespacedKind('networking.istio.io', 'v1', 'sidecars', 'Sidecar'),
    ({ spec }) => spec?.workloadSelector?.labels,
  ),
];
