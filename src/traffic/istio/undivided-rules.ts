import type { TrafficWish } from '../../rollout/machine/traffic.ts';
import type { TrafficObjects } from '../provider.ts';
import { chosenRules, fullHostsOf, isChosen, isOurs } from './app-routes.ts';
import { virtualServicesOf } from './kinds.ts';
import { resolveHost } from './reach/host.ts';
import { istioName, namespaceOf, type RouteEntry, type VirtualService } from './reach/objects.ts';

/** Rules of users that lead to the Service and have no requests to divide: for a person, undefined where there are none. */
export function undividedRules(objects: TrafficObjects, wish: TrafficWish): string | undefined {
  const meant = virtualServicesOf(objects).filter(
    (route) => !isOurs(route) && isChosen(route, wish) && chosenRules(route, wish) === undefined,
  );
  const found = meant.flatMap((route) => {
    const paths = [...pathsOf('tcp', route, wish), ...pathsOf('tls', route, wish)];
    return paths.length > 0 ? [`${paths.join(', ')} of VirtualService ${istioName(route)}`] : [];
  });
  if (found.length === 0) return undefined;
  const { stable } = fullHostsOf(wish);
  return `Rules of TCP or TLS lead to ${stable} and get no weights: ${found.join(', ')}. Headgate divides HTTP requests alone; these connections stay with the Service, and none reaches the canary`;
}

function pathsOf(kind: 'tcp' | 'tls', route: VirtualService, wish: TrafficWish): string[] {
  const { stable } = fullHostsOf(wish);
  const isTo = ({ route: entries = [] }: RouteEntry) =>
    entries.some(({ destination }) => resolveHost(destination.host, namespaceOf(route), wish) === stable);
  return (route.spec[kind] ?? []).flatMap((rule, index) => (isTo(rule) ? [`${kind}[${index}]`] : []));
}
