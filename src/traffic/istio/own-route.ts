import type { TrafficWish } from '../../rollout/machine/traffic.ts';
import { MESH } from '../../rollout/spec/schema/hosts.ts';
import { generatedMeta, replaceable } from '../../rollout/workload/generated.ts';
import type { TrafficObstacle } from '../../rollout/workload/traffic-obstacle.ts';
import { apiVersion, VIRTUAL_SERVICES } from './kinds.ts';
import type { HttpEntry, MatchEntry, VirtualService, WeightedEntry } from './reach/objects.ts';
import { gatewayPorts, meshPorts } from './reach/route-ports.ts';
import { matchesAtGateways, matchesInMesh, settingsGateways, settingsMatches } from './settings-matches.ts';

/** The VirtualService of Headgate's own. @throws never: what stands against it is `ownObstacle`'s to say */
export function ownRoute(wish: TrafficWish, weight: number): VirtualService {
  const metadata = generatedMeta(wish.deployment, wish.deployment.metadata.name, 'route');
  const spec = ownSpec(wish, weight);
  const route = { apiVersion, kind: VIRTUAL_SERVICES.kind, metadata, spec };
  return replaceable(route, { ...route, spec: { ...spec, http: [] } });
}

/**
 * One rule where the Service has one port for HTTP. Where it has several, one for each of them in the mesh, as each listener is
 * its own; and one at the gateways, whose listeners say nothing of the Service's ports.
 */
export function ownSpec(wish: TrafficWish, weight: number): VirtualService['spec'] {
  const { service, hosts } = wish;
  const ports = portsInMesh(wish);
  const [only, ...more] = ports;
  const rule = (port: number | undefined, match = settingsMatches(service)): HttpEntry => ({
    ...service.http,
    ...(match && { match }),
    route: destinations(wish, weight, port),
  });
  const http =
    more.length === 0
      ? [rule(only)]
      : [
          ...atGateways(wish).map(({ port, match }) => rule(port, match)),
          ...ports.flatMap((port) => inMeshAt(wish, port).map((match) => rule(port, match))),
        ];
  return {
    hosts: [hosts.stable, ...service.hosts.filter((host) => host !== hosts.stable)],
    gateways: [...settingsGateways(service), ...(matchesInMesh(service).length > 0 ? [MESH] : [])],
    http,
  };
}

function portsInMesh({ services }: TrafficWish): readonly number[] {
  const found = services && meshPorts(services.stable);
  return found !== undefined && 'ports' in found ? found.ports : [];
}

/** The conditions of a rule for one port in the mesh; none where those of the settings are about gateways alone. */
function inMeshAt({ service }: TrafficWish, port: number): MatchEntry[][] {
  const matches = matchesInMesh(service).map((match) => ({ ...match, gateways: [MESH], port }));
  return matches.length === 0 ? [] : [matches];
}

function atGateways(wish: TrafficWish): { port: number; match: MatchEntry[] }[] {
  const match = matchesAtGateways(wish.service);
  const chosen = match.length === 0 ? undefined : portAtGateways(wish);
  return chosen === undefined || 'reason' in chosen ? [] : [{ port: chosen.port, match }];
}

/** The port that the settings mean: a Service's own number, or that of the container behind it. */
function portAtGateways({ services, service }: TrafficWish): { port: number } | TrafficObstacle | undefined {
  if (services === undefined) return undefined;
  const { ports = [] } = services.stable.spec;
  const { port: number, targetPort = number } = service;
  const meant = ports.find(({ port }) => port === number) ?? ports.find((port) => port.targetPort === targetPort);
  const found = gatewayPorts(services.stable, number === undefined ? undefined : meant?.port);
  if ('refusal' in found) return found.refusal;
  const [port] = found.ports;
  return port === undefined ? undefined : { port };
}

/** Why a route of Headgate's own cannot be written so that every request arrives. */
export function ownObstacle(wish: TrafficWish): TrafficObstacle | undefined {
  if (wish.services === undefined) return undefined;
  const mesh = meshPorts(wish.services.stable);
  if ('refusal' in mesh) return mesh.refusal;
  const chosen = settingsGateways(wish.service).length > 0 && mesh.ports.length > 1 ? portAtGateways(wish) : undefined;
  return chosen !== undefined && 'reason' in chosen
    ? { reason: chosen.reason, message: `${chosen.message}, by headgate.dev/port (spec.service.port)` }
    : undefined;
}

function destinations({ hosts }: TrafficWish, weight: number, port: number | undefined): WeightedEntry[] {
  const at = port === undefined ? {} : { port: { number: port } };
  return [
    { destination: { host: hosts.stable, ...at }, weight: 100 - weight },
    { destination: { host: hosts.canary, ...at }, weight },
  ];
}
