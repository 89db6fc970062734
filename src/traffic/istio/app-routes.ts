import { ROLE } from '../../rollout/keys.ts';
import type { TrafficWish } from '../../rollout/machine/traffic.ts';
import type { RouteChoice } from '../../rollout/spec/route-choice.ts';
import { isTakenOver, madeFor } from '../../rollout/workload/generated.ts';
import type { TrafficObjects } from '../provider.ts';
import { virtualServicesOf } from './kinds.ts';
import { fullHost, resolveHost } from './reach/host.ts';
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
export const isOurs = (route: VirtualService): boolean => isLabelledOwn(route) && !isTakenOver(route);

/** Whether Headgate made it, whoever wrote it since. */
export const isLabelledOwn = ({ metadata }: VirtualService): boolean => metadata.labels?.[ROLE] === 'route';

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

/** Without a choice, every one of the Deployment's namespace is meant; one of another namespace only by its name. */
export function isChosen(route: VirtualService, wish: TrafficWish): boolean {
  const { routes } = wish.service;
  return routes === undefined ? namespaceOf(route) === namespaceOf(wish.deployment) : choicesOf(route, wish).length > 0;
}

/** What the settings say of one object. */
const choicesOf = (route: VirtualService, { deployment, service: { routes = [] } }: TrafficWish): RouteChoice[] =>
  routes.filter(
    ({ namespace = namespaceOf(deployment), name }) => namespace === namespaceOf(route) && name === route.metadata.name,
  );

/** Names of the rules that are meant of an object; undefined: all of them. */
export function chosenRules(route: VirtualService, wish: TrafficWish): string[] | undefined {
  if (wish.service.routes === undefined) return undefined;
  const rules = choicesOf(route, wish).map(({ rule }) => rule);
  return rules.every((rule) => rule !== undefined) ? rules : undefined;
}

/** Whether a rule of it is meant. */
export const isChosenRule = (route: VirtualService, { name }: HttpEntry, wish: TrafficWish): boolean =>
  isOurs(route) || (chosenRules(route, wish)?.includes(name ?? '') ?? true);

/** The full hosts of a Deployment's Services. */
export function fullHostsOf({ hosts, deployment, clusterDomain }: RouteTarget): TrafficWish['hosts'] {
  const full = (name: string) => fullHost(name, deployment.metadata.namespace ?? 'default', { clusterDomain });
  return { stable: full(hosts.stable), canary: full(hosts.canary) };
}

export function leadsTo(route: VirtualService, wish: TrafficWish): boolean {
  const { stable } = fullHostsOf(wish);
  const isTo = ({ destination }: WeightedEntry) => resolveHost(destination.host, namespaceOf(route), wish) === stable;
  return (route.spec.http ?? []).some((rule) => isChosenRule(route, rule, wish) && (rule.route ?? []).some(isTo));
}
