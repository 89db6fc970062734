import { ROLE } from '../../rollout/keys.ts';
import type { TrafficWish } from '../../rollout/machine/traffic.ts';
import { madeFor } from '../../rollout/workload/generated.ts';
import type { TrafficObjects } from '../provider.ts';
import { virtualServicesOf } from './kinds.ts';
import { resolveHost } from './reach/host.ts';
import { type HttpEntry, namespaceOf, type VirtualService, type WeightedEntry } from './reach/objects.ts';

/** The role of a VirtualService that a user wrote: Headgate touches the weights of its routes and nothing else. */
export const ADOPTED = 'adopted-route';

/** The VirtualServices by which a Deployment gets its traffic. */
export interface AppRoutes {
  /** Headgate's own. */
  own?: VirtualService;
  /** Those of users that lead to its Service: they are adopted, and none is made. */
  users: readonly VirtualService[];
}

/** What decides which rules lead to the two Services. */
export type RouteTarget = Pick<TrafficWish, 'hosts' | 'clusterDomain'> & {
  deployment: { metadata: { namespace?: string } };
};

/** Whether Headgate made it, and nobody has applied one of their own over it since. */
export const isOurs = ({ metadata: { labels, annotations } }: VirtualService): boolean =>
  labels?.[ROLE] === 'route' && annotations?.['kubectl.kubernetes.io/last-applied-configuration'] === undefined;

export function appRoutes(objects: TrafficObjects, wish: TrafficWish): AppRoutes {
  const all = virtualServicesOf(objects);
  const { name, namespace } = wish.deployment.metadata;
  const own = all.find(
    (route) =>
      isOurs(route) && route.metadata.namespace === namespace && (madeFor(route) ?? route.metadata.name) === name,
  );
  const users = all.filter((route) => !isOurs(route) && isChosen(route, wish) && leadsTo(route, wish));
  return { ...(own && { own }), users };
}

/** Without a choice, every one is meant. */
function isChosen({ metadata }: VirtualService, { service: { routes } }: TrafficWish): boolean {
  return routes === undefined || routes.some((route) => route.split('/')[0] === metadata.name);
}

/** Whether a named rule of it is meant. */
export function isChosenRule(
  route: VirtualService,
  { name }: HttpEntry,
  { service: { routes } }: TrafficWish,
): boolean {
  const own = routes?.map((entry) => entry.split('/')).filter(([object]) => object === route.metadata.name);
  return isOurs(route) || own === undefined || own.some(([, rule]) => rule === undefined || rule === name);
}

const leadsTo = (route: VirtualService, wish: TrafficWish): boolean => {
  const to = destinationsTo(route, wish);
  return (route.spec.http ?? []).some((rule) => isChosenRule(route, rule, wish) && to.stable(rule).length > 0);
};

/** By full host name, the destinations of a rule that are one of the two Services. */
export function destinationsTo(route: VirtualService, { hosts, deployment, clusterDomain }: RouteTarget) {
  const full = (name: string) => `${name}.${deployment.metadata.namespace ?? 'default'}.svc.${clusterDomain}`;
  const isTo = (name: string) => {
    const host = full(name);
    return ({ destination }: WeightedEntry): boolean =>
      resolveHost(destination.host, namespaceOf(route), { clusterDomain }) === host;
  };
  return {
    stable: ({ route: to = [] }: HttpEntry): WeightedEntry[] => to.filter(isTo(hosts.stable)),
    canary: ({ route: to = [] }: HttpEntry): WeightedEntry[] => to.filter(isTo(hosts.canary)),
  };
}
