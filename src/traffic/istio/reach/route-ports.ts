import type { Service } from '../../../rollout/kube.ts';
import { istioName } from './objects.ts';
import { isHttpOrSniffed, protocolOf } from './protocol.ts';
import { type RouteRefusal, refuseRoute } from './refusal.ts';
import { portAt, portWords, servicePorts } from './service.ts';

/** The ports that HTTP rules of a route of Headgate's own must name, or why there are none. */
export type RoutePorts = { ports: readonly number[] } | { refusal: RouteRefusal };

const httpPorts = (service: Service): number[] =>
  servicePorts(service)
    .filter((port) => isHttpOrSniffed(protocolOf(port)))
    .map(({ port }) => port);

/** In the mesh: one rule for each, with `match.port` and the port of every destination. */
export function meshPorts(service: Service): RoutePorts {
  const ports = httpPorts(service);
  return ports.length > 0 ? { ports } : { refusal: noHttpPort(service) };
}

/**
 * At a gateway: one, for every destination. Nothing of the Gateway says which, so it is the one that the user chose, or the
 * only one that there is.
 */
export function gatewayPorts(service: Service, chosen?: number): RoutePorts {
  if (chosen !== undefined) return chosenPort(service, chosen);
  const ports = httpPorts(service);
  if (ports.length === 0) return { refusal: noHttpPort(service) };
  if (ports.length === 1) return { ports };
  return {
    refusal: refuseRoute(
      'PortAmbiguous',
      `Service ${istioName(service)} has several ports for HTTP, ${ports.join(' and ')}, and a gateway needs one; say which`,
    ),
  };
}

function chosenPort(service: Service, chosen: number): RoutePorts {
  const port = portAt(service, chosen);
  if (port === undefined) {
    return {
      refusal: refuseRoute(
        'PortNotExposed',
        `port ${chosen} is chosen, and Service ${istioName(service)} has ${portWords(service)}; choose one of its ports`,
      ),
    };
  }
  const protocol = protocolOf(port);
  if (isHttpOrSniffed(protocol)) return { ports: [chosen] };
  return {
    refusal: refuseRoute(
      'ProtocolMismatch',
      `port ${chosen} of Service ${istioName(service)} is ${protocol} to Istio; choose a port of HTTP, or say so by its name or appProtocol`,
    ),
  };
}

const noHttpPort = (service: Service): RouteRefusal =>
  refuseRoute(
    'NoHTTPPort',
    `Service ${istioName(service)} has ${portWords(service)}, and none is of HTTP to Istio; name one http-…, or give it an appProtocol of HTTP`,
  );
