import type { Service } from '../../../rollout/kube.ts';
import type { Listener } from './listener.ts';
import { type MeshObjects, namespaceOf } from './objects.ts';
import { isHttpOrSniffed, protocolOf } from './protocol.ts';
import type { RouteRule, RuleDestination } from './rules.ts';
import { externalNameOf, portAt, serviceAt, servicePorts } from './service.ts';
import { isServiceSeen } from './visibility.ts';

/** The Envoy cluster that a destination names. Whether there is one of that name is another question. */
export interface ClusterName {
  name: string;
  host: string;
  /** A port of the Service, never of its pods. */
  port: number;
}

export function clusterNameOf(
  destination: RuleDestination,
  rule: RouteRule,
  listener: Listener,
  objects: MeshObjects,
): ClusterName {
  const service = knownService(destination, rule, listener, objects);
  const port = destination.port ?? impliedPort(service, listener);
  const host = (service && externalNameOf(service)) ?? destination.host;
  const { subset = '' } = destination;
  const { proxy } = listener;
  const name =
    proxy.class === 'waypoint' && proxy.hosts.includes(destination.host)
      ? `inbound-vip|${port}|${waypointSubset(subset, service, port)}|${host}`
      : `outbound|${port}|${subset}|${host}`;
  return { name, host, port };
}

/** The port where a destination names none: a Service's only port counts first. */
function impliedPort(service: Service | undefined, listener: Listener): number {
  const [only, ...more] = service === undefined ? [] : servicePorts(service);
  return only === undefined || more.length > 0 ? listener.port : only.port;
}

/**
 * The Service that istiod looks at to name the cluster. For HTTP rules of sidecars it knows only those with the listener's port;
 * a gateway also knows one that is not exported to it, in the namespace of the rule.
 */
function knownService(
  { host }: RuleDestination,
  { kind, owner }: RouteRule,
  { proxy, port }: Listener,
  objects: MeshObjects,
): Service | undefined {
  const service = serviceAt(host, objects);
  if (service === undefined) return undefined;
  const isBeside = proxy.class === 'gateway' && namespaceOf(service) === namespaceOf(owner);
  if (!isBeside && !isServiceSeen(service, proxy.namespace)) return undefined;
  const isOnListener = portAt(service, port) !== undefined;
  return proxy.class === 'sidecar' && kind === 'http' && !isOnListener ? undefined : service;
}

/** At a waypoint the place of the subset also says how the port is spoken to. */
function waypointSubset(subset: string, service: Service | undefined, number: number): string {
  const port = service && portAt(service, number);
  const way = port === undefined || isHttpOrSniffed(protocolOf(port)) ? 'http' : 'tcp';
  return subset === '' ? way : `${way}/${subset}`;
}
