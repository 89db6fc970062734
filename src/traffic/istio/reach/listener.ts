import type { Service } from '../../../rollout/kube.ts';
import { type ClientProxy, isBound } from './client-proxy.ts';
import { gatewayListeners } from './gateway-listener.ts';
import { isWildcard, matchesHost, resolveHost, serviceHost } from './host.ts';
import { meshOwner } from './host-owner.ts';
import { istioName, type MeshObjects, namespaceOf, type VirtualService } from './objects.ts';
import { isHttp, isTls, type Protocol, protocolOf } from './protocol.ts';
import type { RuleKind } from './rules.ts';
import { portAt, serviceAt, servicePorts } from './service.ts';
import { isExported, isServiceSeen } from './visibility.ts';

/** Where a proxy takes requests for a host of a VirtualService. */
export interface Listener {
  proxy: ClientProxy;
  /** What `match.port` is compared with: the port of the Service in the mesh, of the Gateway's server at a gateway. */
  port: number;
  /** The host of the VirtualService, as Istio reads it. */
  host: string;
  /** The kinds of rules that hold here. */
  kinds: readonly RuleKind[];
  /** In the mesh, what the host is. */
  service?: Service;
}

/** Hosts that are no Service have a listener only where any plain HTTP is taken. */
const UNREGISTERED_PORT = 80;

/** The listeners on which a proxy has the rules of a VirtualService with hosts; none if it is not bound there, or not seen. */
export function listenersOf(virtualService: VirtualService, objects: MeshObjects, proxy: ClientProxy): Listener[] {
  const { gateways, exportTo = [], hosts = [] } = virtualService.spec;
  const namespace = namespaceOf(virtualService);
  if (!isBound(gateways, namespace, proxy) || !isExported(exportTo, namespace, proxy.namespace)) return [];
  const resolved = [...new Set(hosts.map((host) => resolveHost(host, namespace, objects)))];
  if (proxy.class === 'gateway') return gatewayListeners(resolved, namespace, objects, proxy);
  return resolved.flatMap((host) =>
    isWildcard(host)
      ? wildcardListeners(host, virtualService, objects, proxy)
      : hostListeners(host, namespace, objects, proxy),
  );
}

/** A wildcard has the Services for which no other VirtualService is more specific; a waypoint takes the rules of all. */
function wildcardListeners(
  pattern: string,
  virtualService: VirtualService,
  objects: MeshObjects,
  proxy: ClientProxy,
): Listener[] {
  const hosts = objects.services.map((service) => serviceHost(service, objects));
  return hosts
    .filter((host) => matchesHost(pattern, host) && isOwner(virtualService, host, objects, proxy))
    .flatMap((host) => hostListeners(host, namespaceOf(virtualService), objects, proxy));
}

function isOwner(virtualService: VirtualService, host: string, objects: MeshObjects, proxy: ClientProxy): boolean {
  if (proxy.class === 'waypoint') return true;
  const owner = meshOwner(host, objects, proxy.namespace);
  return owner !== undefined && istioName(owner) === istioName(virtualService);
}

/** A Service that the proxy does not see has no listener there: its clients are not served by the route at all. */
function hostListeners(host: string, namespace: string, objects: MeshObjects, proxy: ClientProxy): Listener[] {
  const service = serviceAt(host, objects);
  if (service === undefined) {
    return proxy.class === 'sidecar' ? [{ proxy, port: UNREGISTERED_PORT, host, kinds: ['http'] }] : [];
  }
  if (!isServiceSeen(service, proxy.namespace)) return [];
  if (proxy.class === 'waypoint' && !standsBefore(proxy, host, namespace, service)) return [];
  const numbers = [...new Set(servicePorts(service).map(({ port }) => port))];
  return numbers.map((port) => ({ proxy, port, host, kinds: kindsAt(service, port), service }));
}

/** A waypoint takes rules only from its own namespace and the Service's. */
const standsBefore = (
  proxy: Extract<ClientProxy, { class: 'waypoint' }>,
  host: string,
  namespace: string,
  service: Service,
): boolean => proxy.hosts.includes(host) && [proxy.namespace, namespaceOf(service)].includes(namespace);

function kindsAt(service: Service, number: number): RuleKind[] {
  const port = portAt(service, number);
  return port === undefined ? [] : kindsOf(protocolOf(port));
}

function kindsOf(protocol: Protocol): RuleKind[] {
  if (protocol === 'udp') return [];
  if (isHttp(protocol)) return ['http'];
  if (isTls(protocol)) return ['tls', 'tcp'];
  return protocol === 'sniffed' ? ['http', 'tcp'] : ['tcp'];
}
