import type { ClientProxy } from './client-proxy.ts';
import { matchesHost } from './host.ts';
import type { Listener } from './listener.ts';
import { type Gateway, istioName, type MeshObjects, namespaceOf } from './objects.ts';
import type { RuleKind } from './rules.ts';

type Server = NonNullable<Gateway['spec']['servers']>[number];
type GatewayProxy = Extract<ClientProxy, { class: 'gateway' }>;

/** Protocols of servers that read HTTP; HTTPS does so where it ends the TLS. */
const HTTP: ReadonlySet<string> = new Set(['HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB', 'HTTPS']);
const PASSED_ON: ReadonlySet<string> = new Set(['PASSTHROUGH', 'AUTO_PASSTHROUGH']);

/** One listener for each server of the Gateway, and each host that it shares with a VirtualService. */
export function gatewayListeners(
  hosts: readonly string[],
  namespace: string,
  { gateways }: MeshObjects,
  proxy: GatewayProxy,
): Listener[] {
  const gateway = gateways.find((entry) => istioName(entry) === proxy.gateway);
  if (gateway === undefined) return [];
  const found = (gateway.spec.servers ?? []).flatMap((server) =>
    hosts
      .flatMap((host) => sharedHosts(host, namespace, server, gateway))
      .map((host): Listener => ({ proxy, port: server.port.number, host, kinds: kindsOf(server) })),
  );
  const keyed = found.map((listener): [string, Listener] => [keyWords(listener), listener]);
  return [...new Map(keyed).values()];
}

/** Two servers of one port and host are one listener. */
const keyWords = ({ port, host, kinds }: Listener): string => [port, host, ...kinds].join(' ');

function kindsOf({ port, tls }: Server): RuleKind[] {
  const protocol = port.protocol.toUpperCase();
  if (PASSED_ON.has(tls?.mode ?? '')) return ['tls'];
  return HTTP.has(protocol) ? ['http'] : ['tcp'];
}

/** What a host and the hosts of a server have in common: of a wildcard and a name inside it, the name. */
function sharedHosts(host: string, namespace: string, { hosts }: Server, gateway: Gateway): string[] {
  const allowed = hosts.flatMap((entry) => {
    const [place, pattern] = entry.includes('/') ? entry.split('/') : ['*', entry];
    const wanted = place === '.' ? namespaceOf(gateway) : place;
    return pattern !== undefined && (wanted === '*' || wanted === namespace) ? [pattern] : [];
  });
  if (allowed.some((pattern) => matchesHost(pattern, host))) return [host];
  return allowed.filter((pattern) => matchesHost(host, pattern));
}
