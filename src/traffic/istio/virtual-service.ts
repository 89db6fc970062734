import { ROLE } from '../../rollout/keys.ts';
import type { RouteReading, TrafficWish } from '../../rollout/machine/traffic.ts';
import { canaryName } from '../../rollout/names.ts';
import type { PatchOperation } from '../../rollout/object-change.ts';
import { generatedMeta } from '../../rollout/workload/generated.ts';
import { canonical } from '../../rollout/workload/template.ts';
import { namesOf } from './hosts.ts';
import { apiVersion, type RouteDestination, specOrEmpty, VIRTUAL_SERVICES, type VirtualService } from './kinds.ts';

/** The role of a VirtualService that a user wrote: Headgate touches the weights of its routes and nothing else. */
export const ADOPTED = 'adopted-route';

const isTo = (hosts: readonly string[]) => (entry: RouteDestination) => hosts.includes(entry.destination.host);

export const isOurs = (route: VirtualService): boolean => route.metadata.labels?.[ROLE] === 'route';

/** One HTTP route that is Headgate's to weigh. */
interface Split {
  index: number;
  stable: RouteDestination;
  canary?: RouteDestination;
}

/** The routes of a VirtualService that go to the stable Service, alone or beside the canary's. */
function splits(route: VirtualService, { deployment }: TrafficWish): Split[] {
  const names = namesOf(deployment);
  return (specOrEmpty(route).http ?? []).flatMap(({ route: to = [] }, index) => {
    const [stable, ...others] = to.filter(isTo(names.stable));
    const [canary, ...more] = to.filter(isTo(names.canary));
    const foreign = to.length > (canary ? 2 : 1);
    if (stable === undefined || others.length > 0 || more.length > 0 || foreign) return [];
    return [{ index, stable, ...(canary && { canary }) }];
  });
}

/** Undefined: the two do not share 100 percent. */
function weightOf({ stable, canary }: Split): number | undefined {
  if (canary === undefined) return 0;
  const { weight = 0 } = canary;
  return (stable.weight ?? 0) + weight === 100 ? weight : undefined;
}

/** The canary's weight as it stands in the object; undefined if its routes do not agree on one. */
export function readRoute(route: VirtualService, wish: TrafficWish): RouteReading {
  const weights = splits(route, wish).map(weightOf);
  const [weight] = weights;
  const agreed = weights.every((entry) => entry === weight) ? weight : undefined;
  const stale =
    isOurs(route) && (agreed === undefined || canonical(route.spec) !== canonical(renderSpec(wish, agreed)));
  const { name, resourceVersion: version = '' } = route.metadata;
  const unusable = `no HTTP route of VirtualService ${name} goes to the Service ${wish.deployment.metadata.name} alone`;
  return { weight: agreed, version, stale, ...(weights.length === 0 && !isOurs(route) && { unusable }) };
}

function destinations(wish: TrafficWish, weight: number): RouteDestination[] {
  const { name } = wish.deployment.metadata;
  return [
    { destination: { host: name }, weight: 100 - weight },
    { destination: { host: canaryName(name) }, weight },
  ];
}

function renderSpec(wish: TrafficWish, weight: number): VirtualService['spec'] {
  const { hosts, gateways, http } = wish.service;
  const { name } = wish.deployment.metadata;
  return {
    hosts: [name, ...hosts.filter((host) => host !== name)],
    gateways: [...gateways.filter((gateway) => gateway !== 'mesh'), 'mesh'],
    http: [{ ...http, route: destinations(wish, weight) }],
  };
}

/** A VirtualService of Headgate's own. */
export const renderRoute = (wish: TrafficWish, weight: number): VirtualService => ({
  apiVersion,
  kind: VIRTUAL_SERVICES.kind,
  metadata: generatedMeta(wish.deployment, wish.deployment.metadata.name, 'route'),
  spec: renderSpec(wish, weight),
});

/** JSON Patch that gives an existing VirtualService a weight: all of one that is ours, only the weights of another's. */
export function patchRoute(route: VirtualService, wish: TrafficWish, weight: number): PatchOperation[] {
  if (isOurs(route)) return [{ op: 'add', path: '/spec', value: renderSpec(wish, weight) }];
  return [...adoption(route), ...patchWeights(route, wish, weight)];
}

/** JSON Patch of the weights alone, in the words that the route has. */
export const patchWeights = (route: VirtualService, wish: TrafficWish, weight: number): PatchOperation[] =>
  splits(route, wish).map(({ index, stable, canary = canaryLike(stable, wish) }) => {
    const value = [
      { ...stable, weight: 100 - weight },
      { ...canary, weight },
    ];
    return { op: 'replace', path: `/spec/http/${index}/route`, value };
  });

/** A subset is defined for one host: the canary's has none. */
function canaryLike(stable: RouteDestination, { deployment }: TrafficWish): RouteDestination {
  const { subset: _subset, ...destination } = stable.destination;
  return { ...stable, destination: { ...destination, host: canaryName(deployment.metadata.name) } };
}

/** The label by which the watch finds a VirtualService that is not ours. */
function adoption({ metadata: { labels } }: VirtualService): PatchOperation[] {
  if (labels?.[ROLE] === ADOPTED) return [];
  const value = { ...labels, [ROLE]: ADOPTED };
  return [{ op: labels ? 'replace' : 'add', path: '/metadata/labels', value }];
}

/** JSON Patch that leaves the VirtualService to its user: all traffic to the Deployment, no word of the canary. */
export function releaseRoute(route: VirtualService, wish: TrafficWish): PatchOperation[] {
  const { [ROLE]: _role, ...labels } = route.metadata.labels ?? {};
  return [
    { op: 'add', path: '/metadata/labels', value: labels },
    ...splits(route, wish).map(
      ({ index, stable: { weight: _weight, ...stable } }): PatchOperation => ({
        op: 'replace',
        path: `/spec/http/${index}/route`,
        value: [stable],
      }),
    ),
  ];
}
