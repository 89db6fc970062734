import { ROLE } from '../../rollout/keys.ts';
import { keyOf } from '../../rollout/kube.ts';
import type { RouteReading, TrafficWish } from '../../rollout/machine/traffic.ts';
import { canaryName } from '../../rollout/names.ts';
import { type ObjectChange, type PatchOperation, pointer } from '../../rollout/object-change.ts';
import { isSame } from '../../rollout/workload/template.ts';
import { abandon, adopt, adoptions, clusterDomainOf, isAdoptedFor } from './adoption.ts';
import { type AppRoutes, isLabelledOwn } from './app-routes.ts';
import { VIRTUAL_SERVICES } from './kinds.ts';
import { ownRoute, ownSpec } from './own-route.ts';
import type { VirtualService } from './reach/objects.ts';
import { stablePatch, weightPatch, weightsOf } from './rule-weights.ts';

/** The VirtualServices that have the weights: those of users, where there are any. */
const weighed = ({ own, users }: AppRoutes): readonly VirtualService[] =>
  users.length > 0 || own === undefined ? users : [own];

/** The canary's weight as it stands in all rules of all objects; undefined if they do not agree on one. */
export function readRoutes(routes: AppRoutes, wish: TrafficWish): RouteReading | undefined {
  const objects = weighed(routes);
  if (objects.length === 0) return undefined;
  const weights = objects.flatMap((route) => weightsOf(route, wish));
  const [weight] = weights;
  const agreed = weights.every((entry) => entry === weight) ? weight : undefined;
  const versions = objects.map(({ metadata: { uid = '', resourceVersion = '' } }) => `${uid}@${resourceVersion}`);
  return {
    weight: weights.length === 0 ? 0 : agreed,
    version: versions.toSorted().join(),
    stale: isStale(routes, wish, agreed),
    ...(routes.users.length > 0 && { adopted: true }),
  };
}

/** One of Headgate's own must say what the settings say, and gives way to those of users; their marks say which rules are meant. */
function isStale({ own, users }: AppRoutes, wish: TrafficWish, weight: number | undefined): boolean {
  const isMismarked = (route: VirtualService) => isAdoptedFor(route, wish) && adopt(route, wish).length > 0;
  if (own === undefined) return users.some(isMismarked);
  if (users.length > 0 || weight === undefined) return true;
  return wish.services !== undefined && !isSame(own.spec, ownSpec(wish, weight));
}

/** What gives the canary a weight: all of an object that is Headgate's own, only the weights of a user's. */
export function weighRoutes({ own, users }: AppRoutes, wish: TrafficWish, weight: number): ObjectChange[] {
  const kind = VIRTUAL_SERVICES;
  if (users.length > 0) {
    return [
      ...users.map((route) => patch(route, [...adopt(route, wish), ...weightPatch(route, wish, weight)])),
      ...(own ? [{ do: 'delete', kind, object: own } as const] : []),
    ];
  }
  if (own === undefined) return [{ do: 'create', kind, object: ownRoute(wish, weight) }];
  // Before its Service is known there is nothing to write but weights.
  if (wish.services === undefined) return [patch(own, weightPatch(own, wish, weight))];
  // Weights are written once, however often somebody else changes them.
  const isAtRest = weight === 0 && weightsOf(own, wish).every((entry) => entry === 0);
  return [patch(own, [{ op: 'add', path: pointer('spec'), value: ownSpec(wish, weight) }], isAtRest)];
}

/** The weights alone, in the words that the routes have, and without a mark: what the API server refused may be that. */
export const reweighRoutes = (routes: AppRoutes, wish: TrafficWish, weight: number): ObjectChange[] =>
  weighed(routes).map((route) => patch(route, weightPatch(route, wish, weight)));

/** What leaves to their users those that were adopted, and are not meant any more: they lead elsewhere, or the settings leave them out. */
export function releaseFormer(objects: readonly VirtualService[], { users }: AppRoutes, wish: TrafficWish) {
  const former = objects.filter((route) => isAdoptedFor(route, wish) && !users.includes(route));
  return releaseRoutes(former, wish);
}

/** What leaves the routes to their users, with all traffic at the stable Service. */
export function releaseRoutes(routes: readonly VirtualService[], wish: TrafficWish): ObjectChange[] {
  return routes.flatMap((route) => {
    const marks = isLabelledOwn(route) ? unlabel(route) : abandon(route, wish);
    const sole = adoptions(route)[keyOf(wish.deployment)]?.weights;
    return marks.length === 0 ? [] : [patch(route, [...marks, ...stablePatch(route, asMarked(route, wish), sole)])];
  });
}

/** The wish with the hosts that the object itself tells of, in all of its rules: the Deployment may be gone, and settings may have changed. */
function asMarked(route: VirtualService, wish: TrafficWish): TrafficWish {
  const stable = isLabelledOwn(route) ? route.spec.hosts?.[0] : adoptions(route)[keyOf(wish.deployment)]?.stable;
  const { routes: _routes, ...service } = wish.service;
  if (stable === undefined) return { ...wish, service };
  const [name = ''] = stable.split('.');
  const clusterDomain = clusterDomainOf({ stable });
  const hosts = { stable: name, canary: canaryName(name) };
  return { ...wish, service, hosts, ...(clusterDomain !== '' && { clusterDomain }) };
}

function unlabel({ metadata }: VirtualService): PatchOperation[] {
  const { [ROLE]: _role, ...labels } = metadata.labels ?? {};
  return [{ op: 'add', path: pointer('metadata', 'labels'), value: labels }];
}

const patch = (
  object: VirtualService,
  operations: PatchOperation[],
  isLent = !isLabelledOwn(object),
): ObjectChange => ({
  do: 'patch',
  kind: VIRTUAL_SERVICES,
  object,
  operations,
  ...(isLent && { isLent: true }),
});
