import type { Deployment } from '../../rollout/kube.ts';
import { canaryName } from '../../rollout/names.ts';

/** The names under which Istio knows a Service from its own namespace. */
const hostsOf = (name: string, namespace: string): string[] => [
  name,
  `${name}.${namespace}`,
  `${name}.${namespace}.svc`,
  `${name}.${namespace}.svc.cluster.local`,
];

/** Every name of the hosts of stable and canary. */
export function namesOf({ metadata }: Deployment): Record<'stable' | 'canary', readonly string[]> {
  const namespace = metadata.namespace ?? 'default';
  return { stable: hostsOf(metadata.name, namespace), canary: hostsOf(canaryName(metadata.name), namespace) };
}
