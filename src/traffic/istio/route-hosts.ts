import type { TrafficWish } from '../../rollout/machine/traffic.ts';
import { type AppRoutes, fullHostsOf } from './app-routes.ts';
import { resolveHost } from './reach/host.ts';
import { namespaceOf, type VirtualService, type WeightedEntry } from './reach/objects.ts';

/**
 * By which names clients ask for the app, where users' routes are for it alone: what a proxy counts under the name of a host that
 * several apps share may be another app's.
 */
export function routeHosts({ users }: AppRoutes, wish: TrafficWish): string[] {
  const hosts = users.filter((route) => isForOneApp(route, wish)).flatMap(({ spec }) => spec.hosts ?? []);
  // A bare name is another Service in each namespace.
  return [...new Set(hosts)].filter((host) => host.includes('.'));
}

function isForOneApp(route: VirtualService, wish: TrafficWish): boolean {
  const { stable, canary } = fullHostsOf(wish);
  const isOwn = ({ destination }: WeightedEntry): boolean =>
    [stable, canary].includes(resolveHost(destination.host, namespaceOf(route), wish));
  const { http = [], tcp = [], tls = [] } = route.spec;
  return tcp.length === 0 && tls.length === 0 && http.every(({ route: to = [] }) => to.length > 0 && to.every(isOwn));
}
