import { proxyWords } from './client-proxy.ts';
import type { DestinationContext } from './destination-context.ts';
import { namespaceOf } from './objects.ts';
import { type RouteRefusal, refuseRoute } from './refusal.ts';
import { bindingRules, definesSubset, ruleNames, rulesWithSubset } from './subsets.ts';

/** A subset has a cluster only where the DestinationRule that binds the host for this client defines it. */
export function subsetRefusal({
  destination,
  service,
  listener,
  objects,
}: DestinationContext): RouteRefusal | undefined {
  const { subset, host } = destination;
  if (subset === undefined) return undefined;
  const { proxy } = listener;
  const binding = bindingRules(service, proxy.namespace, objects);
  if (definesSubset(binding, subset)) return undefined;
  const others = rulesWithSubset(service, subset, objects);
  if (others.length > 0) {
    return refuseRoute(
      'NotVisible',
      `${ruleNames(others)} defines the subset ${subset} of ${host}, but ${binding.length > 0 ? `${ruleNames(binding)} binds` : 'binds nothing for'} ${proxyWords(proxy)}; define it in ${namespaceOf(service)}, exported to ${proxy.namespace}`,
    );
  }
  if (binding.length > 0) {
    return refuseRoute(
      'SubsetUndefined',
      `${ruleNames(binding)} defines no subset ${subset} of ${host}; add it there, or name no subset`,
    );
  }
  return refuseRoute(
    'TrafficPolicyMissing',
    `no DestinationRule is for ${host}, so it has no subset ${subset}; write one, or name no subset`,
  );
}
