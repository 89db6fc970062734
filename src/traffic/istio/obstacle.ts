import type { TrafficWish } from '../../rollout/machine/traffic.ts';
import type { TrafficObstacle } from '../../rollout/workload/traffic-obstacle.ts';
import type { TrafficObjects } from '../provider.ts';
import { type AppRoutes, isLabelledOwn } from './app-routes.ts';
import { clientPolicyObstacle } from './client-policies.ts';
import { destinationRulesOf, gatewaysOf, virtualServicesOf } from './kinds.ts';
import { namedObstacle } from './named-routes.ts';
import { ownObstacle, ownRoute } from './own-route.ts';
import { type ClientProxy, resolveGateway } from './reach/client-proxy.ts';
import { rootsOf } from './reach/delegate.ts';
import { serviceHost } from './reach/host.ts';
import { type Gateway, istioName, type MeshObjects, namespaceOf, type VirtualService } from './reach/objects.ts';
import { type RouteSplit, splitOf } from './reach/split.ts';

const MESH = 'mesh';

/** Why a weight in the routes of a Deployment would not arrive; undefined where it is proven that it would. */
export function routeObstacle(
  objects: TrafficObjects,
  routes: AppRoutes,
  wish: TrafficWish,
): TrafficObstacle | undefined {
  const named = namedObstacle(objects, wish);
  if (named !== undefined || wish.services === undefined) return named;
  if (routes.users.length > 0) return first(routes.users.map((route) => splitObstacle(route, objects, wish)));
  return nameTaken(objects, wish) ?? ownObstacle(wish) ?? splitObstacle(ownRoute(wish, 0), objects, wish);
}

const first = <T>(found: readonly (T | undefined)[]): T | undefined => found.find((entry) => entry !== undefined);

/** A route of Headgate's own would have this name. */
function nameTaken(objects: TrafficObjects, { deployment, hosts }: TrafficWish): TrafficObstacle | undefined {
  const { name, namespace } = deployment.metadata;
  const taken = virtualServicesOf(objects).find(
    ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
  );
  if (taken === undefined || isLabelledOwn(taken)) return undefined;
  const message = `VirtualService ${name} is there, does not lead to the Service ${hosts.stable}, and is not Headgate's, whose own would have its name; add a route to ${hosts.stable} to it, or give it another name`;
  return { reason: 'RouteNameTaken', message };
}

function splitObstacle(
  virtualService: VirtualService,
  objects: TrafficObjects,
  wish: TrafficWish,
): TrafficObstacle | undefined {
  const mesh = meshObjects(objects, wish);
  const roots = rootsOf(virtualService, mesh);
  const gateways = [...new Set(roots.flatMap(boundGateways))];
  const missing = gateways.find((gateway) => !gatewaysOf(objects).some((entry) => istioName(entry) === gateway));
  if (missing !== undefined) {
    const message = `VirtualService ${istioName(virtualService)} is bound to the Gateway ${missing}, which is not there; create it, or write the name of another`;
    return { reason: 'GatewayNotFound', message };
  }
  const [refusal] = splitIn(virtualService, objects, wish)?.refusals ?? [];
  return refusal ?? (wish.services && clientPolicyObstacle(proxiesOf(roots, objects, wish), wish.services, mesh));
}

/** How a VirtualService would be divided, at all the proxies that can be judged; undefined where there are none. */
export function splitIn(
  virtualService: VirtualService,
  objects: TrafficObjects,
  wish: TrafficWish,
): RouteSplit | undefined {
  const mesh = meshObjects(objects, wish);
  const proxies = proxiesOf(rootsOf(virtualService, mesh), objects, wish);
  if (proxies.length === 0) return undefined;
  const { services } = wish;
  const host = (name: 'stable' | 'canary') => services && serviceHost(services[name], mesh);
  const hosts = { stable: host('stable') ?? '', canary: host('canary') ?? '' };
  return splitOf({ virtualService: httpOnly(virtualService), objects: mesh, proxies, ...hosts });
}

/** Rules of TCP and TLS get no weights, so they stand in the way of none. */
const httpOnly = (route: VirtualService): VirtualService => ({ ...route, spec: { ...route.spec, tcp: [], tls: [] } });

const boundGateways = (virtualService: VirtualService): string[] =>
  (virtualService.spec.gateways ?? [MESH])
    .map((gateway) => resolveGateway(gateway, namespaceOf(virtualService)))
    .filter((gateway) => gateway !== MESH);

/**
 * Sidecars beside the Deployment and beside the route, and every gateway that may be looked at.
 * @param roots the objects with hosts through which a route holds; none: nobody is known to name the delegate
 */
function proxiesOf(
  roots: readonly VirtualService[],
  objects: TrafficObjects,
  { deployment }: TrafficWish,
): ClientProxy[] {
  const inMesh = roots.length === 0 || roots.some(({ spec: { gateways = [MESH] } }) => gateways.includes(MESH));
  const namespaces = inMesh ? new Set([deployment, ...roots].map(namespaceOf)) : [];
  const readable = readableGateways(objects);
  const gateways = new Set(roots.flatMap(boundGateways));
  const bound = [...gateways].filter((name) => readable.some((entry) => istioName(entry) === name));
  return [
    ...[...namespaces].map((namespace) => ({ class: 'sidecar', namespace }) as const),
    ...bound.map((gateway) => ({ class: 'gateway', namespace: gateway.split('/')[0] ?? '', gateway }) as const),
  ];
}

const readableGateways = (objects: TrafficObjects): Gateway[] =>
  gatewaysOf(objects).flatMap(({ metadata, spec }) => (spec === undefined ? [] : [{ metadata, spec }]));

function meshObjects(objects: TrafficObjects, { services, clusterDomain }: TrafficWish): MeshObjects {
  return {
    clusterDomain,
    rootNamespace: 'istio-system',
    services: services === undefined ? [] : [services.stable, services.canary],
    gateways: readableGateways(objects),
    virtualServices: virtualServicesOf(objects),
    destinationRules: destinationRulesOf(objects),
  };
}
