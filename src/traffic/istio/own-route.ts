import type { TrafficWish } from '../../rollout/machine/traffic.ts';
import { generatedMeta, replaceable } from '../../rollout/workload/generated.ts';
import type { TrafficObstacle } from '../../rollout/workload/traffic-obstacle.ts';
import { apiVersion, VIRTUAL_SERVICES } from './kinds.ts';
import type { HttpEntry, MatchEntry, VirtualService, WeightedEntry } from './reach/objects.ts';
import { gatewayPorts, meshPorts } from './reach/route-ports.ts';

const MESH = 'mesh';

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
  const rule = (port: number | undefined, match = service.http?.['match'] as MatchEntry[] | undefined): HttpEntry => ({
    ...service.http,
    ...(match && { match }),
    route: destinations(wish, weight, port),
  });
  const http =
    more.length === 0
      ? [rule(only)]
      : [
          ...atGateways(wish).map(({ port, match }) => rule(port, match)),
          ...ports.map((port) => rule(port, inMesh(wish, port))),
        ];
  return {
    hosts: [hosts.stable, ...service.hosts.filter((host) => host !== hosts.stable)],
    gateways: [...gatewaysOf(wish), MESH],
    http,
  };
}

const gatewaysOf = ({ service: { gateways } }: TrafficWish): string[] => gateways.filter((gateway) => gateway !== MESH);

function portsInMesh({ services }: TrafficWish): readonly number[] {
  const found = services && meshPorts(services.stable);
  return found !== undefined && 'ports' in found ? found.ports : [];
}

/** Conditions of the settings, each for one port in the mesh: those that are about gateways alone are not met there. */
function inMesh({ service }: TrafficWish, port: number): MatchEntry[] {
  const given = (service.http?.['match'] as MatchEntry[] | undefined) ?? [{}];
  return given
    .filter(({ gateways }) => gateways === undefined || gateways.includes(MESH))
    .map((match) => ({ ...match, gateways: [MESH], port }));
}

function atGateways(wish: TrafficWish): { port: number; match: MatchEntry[] }[] {
  const gateways = gatewaysOf(wish);
  const chosen = portAtGateways(wish);
  if (gateways.length === 0 || chosen === undefined || 'reason' in chosen) return [];
  const given = (wish.service.http?.['match'] as MatchEntry[] | undefined) ?? [{}];
  const match = given
    .map((entry) => ({ ...entry, gateways: entry.gateways?.filter((gateway) => gateway !== MESH) ?? gateways }))
    .filter((entry) => entry.gateways.length > 0);
  return match.length === 0 ? [] : [{ port: chosen.port, match }];
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
  const chosen = gatewaysOf(wish).length > 0 && mesh.ports.length > 1 ? portAtGateways(wish) : undefined;
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
