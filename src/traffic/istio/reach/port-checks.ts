import type { DestinationContext } from './destination-context.ts';
import { isHttpOrSniffed, protocolOf } from './protocol.ts';
import { type RouteRefusal, refuseRoute } from './refusal.ts';
import { portAt, portWords, servicePorts } from './service.ts';

/** The cluster is of a port that the Service does not have: Envoy answers 503 with the flag NC. */
export function portRefusal(context: DestinationContext): RouteRefusal | undefined {
  const { service, cluster, destination } = context;
  if (portAt(service, cluster.port) !== undefined) return undefined;
  const has = `${destination.host} has ${portWords(service)}`;
  if (destination.port !== undefined) {
    return refuseRoute(
      'PortNotExposed',
      `port ${cluster.port} is named, and ${has}; name one of its ports, or add that one`,
    );
  }
  return guessed(context, has);
}

/** No port is named, and the one that Istio takes instead is none of the Service's. */
function guessed({ listener: { proxy, port }, service }: DestinationContext, has: string): RouteRefusal {
  if (proxy.class === 'gateway' && servicePorts(service).length > 1) {
    return refuseRoute(
      'PortAmbiguous',
      `no port is named, so it is that of the Gateway's server, ${port}, and ${has}; name destination.port`,
    );
  }
  return refuseRoute(
    'PortNotExposed',
    `no port is named, so it is the one that the client called, ${port}, and ${has}; add port ${port} to the Service, or name destination.port`,
  );
}

/** HTTP is sent to a port that speaks something else, or anything to one that no route can lead to. */
export function protocolRefusal({ service, cluster, rule, destination }: DestinationContext): RouteRefusal | undefined {
  const port = portAt(service, cluster.port);
  const protocol = port && protocolOf(port);
  if (protocol === undefined || (protocol !== 'udp' && (rule.kind !== 'http' || isHttpOrSniffed(protocol)))) {
    return undefined;
  }
  const advice =
    protocol === 'udp' ? 'name a TCP port' : 'name a port of HTTP, or say so by its name (http-…) or its appProtocol';
  return refuseRoute(
    'ProtocolMismatch',
    `port ${cluster.port} of ${destination.host} is ${protocol} to Istio, and the rule is of ${rule.kind}; ${advice}`,
  );
}
