import { isSame } from '../../rollout/workload/template.ts';
import type { TrafficObstacle } from '../../rollout/workload/traffic-obstacle.ts';
import type { ClientProxy } from './reach/client-proxy.ts';
import { serviceHost } from './reach/host.ts';
import { type DestinationRule, istioName, type MeshObjects, namespaceOf } from './reach/objects.ts';
import { bindingRules } from './reach/subsets.ts';

/**
 * A DestinationRule in the namespace of clients, which holds for the stable Service there and not for the canary's. Headgate
 * copies those of the Deployment's own namespace; others are written by whoever has that one.
 */
export function clientPolicyObstacle(
  proxies: readonly ClientProxy[],
  { stable, canary }: Record<'stable' | 'canary', MeshObjects['services'][number]>,
  objects: MeshObjects,
): TrafficObstacle | undefined {
  const clients = new Set(proxies.map(({ namespace }) => namespace).filter((name) => name !== namespaceOf(stable)));
  for (const client of clients) {
    const rule = policyRule(bindingRules(stable, client, objects), client);
    if (rule === undefined) continue;
    const other = policyRule(bindingRules(canary, client, objects));
    if (isSame(rule.spec.trafficPolicy, other?.spec.trafficPolicy)) continue;
    const message = `DestinationRule ${istioName(rule)} holds for ${serviceHost(stable, objects)} and its trafficPolicy not for ${serviceHost(canary, objects)}, to clients in ${client}; write one for that host beside it, with the same trafficPolicy`;
    return { reason: 'TrafficPolicyMissing', message };
  }
  return undefined;
}

/** The one with words about connections. @param place where it must stand */
const policyRule = (rules: readonly DestinationRule[], place?: string): DestinationRule | undefined =>
  rules.find((rule) => rule.spec.trafficPolicy !== undefined && (place === undefined || namespaceOf(rule) === place));
