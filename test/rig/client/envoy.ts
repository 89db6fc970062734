import { request } from 'undici';
import type { Json } from '../api.ts';

/** One route that Envoy really has now. */
export interface EnvoyRoute {
  /** Hosts for which it is, on this port of the listener. */
  domains: string[];
  port: number;
  /** Path and header conditions, as Envoy writes them. */
  match: Json;
  /** Percent per Service name, e.g. { podinfo: 75, 'podinfo-canary': 25 }. */
  weights: Record<string, number>;
  /** Service names that get a copy. */
  mirrors: string[];
  /** Everything else that it does, as Envoy writes it. */
  action: Json;
}

/** The routes of a host, or of a VirtualService given as `namespace/name`, in the order in which Envoy tries them. */
export async function envoyRoutes(adminUrl: string, target: string): Promise<EnvoyRoute[]> {
  const response = await request(`${adminUrl}/config_dump?resource=dynamic_route_configs`);
  const dump = (await response.body.json()) as { configs?: Json[] };
  const virtualHosts: Json[] = (dump.configs ?? []).flatMap((config) => config.route_config?.virtual_hosts ?? []);
  const routes = virtualHosts.flatMap((host) => (host.routes ?? []).map((route: Json) => ({ host, route })));
  return routes
    .filter(({ host, route }) => belongs(host, route, target))
    .map(({ host, route }) => ({ ...whose(host), ...describe(route) }));
}

function belongs(host: Json, route: Json, target: string): boolean {
  const [namespace, name] = target.split('/');
  if (name === undefined) return (host.domains ?? []).includes(target);
  const from: string = route.metadata?.filter_metadata?.istio?.config ?? '';
  return from.endsWith(`/namespaces/${namespace}/virtual-service/${name}`);
}

/** istiod names a virtual host by a host and the port; where it is a listener's only one, its domain is `*`. */
function whose({ name, domains = [] }: Json): Pick<EnvoyRoute, 'domains' | 'port'> {
  const [host = '', port] = String(name).split(':');
  return { domains: domains.map((domain: string) => (domain === '*' ? host : domain)), port: Number(port) };
}

function describe({ match, route }: Json): Omit<EnvoyRoute, 'domains' | 'port'> {
  const weighted: Json[] = route?.weighted_clusters?.clusters ?? [];
  const single: [string, number][] = route?.cluster ? [[serviceOf(route.cluster), 100]] : [];
  const total = weighted.reduce((sum, { weight }) => sum + (weight ?? 0), 0) || 1;
  const split = weighted.map(({ name, weight }): [string, number] => [serviceOf(name), ((weight ?? 0) * 100) / total]);
  const mirrors: Json[] = route?.request_mirror_policies ?? [];
  return {
    match,
    weights: Object.fromEntries([...single, ...split]),
    mirrors: mirrors.map(({ cluster }) => serviceOf(cluster)),
    action: route ?? {},
  };
}

/** The names of all clusters that istiod gave to this Envoy, e.g. `outbound|9898||podinfo.test.svc.cluster.local`. */
export async function envoyClusterNames(adminUrl: string): Promise<string[]> {
  return (await activeClusters(adminUrl)).map(({ name }) => name);
}

/** How Envoy connects to each Service of a namespace now, as it writes it, by Service name. */
export async function envoyClusters(adminUrl: string, namespace: string): Promise<Record<string, Json>> {
  const clusters = await activeClusters(adminUrl);
  const own = clusters.filter(({ name }) => String(name).endsWith(`.${namespace}.svc.cluster.local`));
  return Object.fromEntries(own.map((cluster) => [serviceOf(cluster.name), cluster]));
}

async function activeClusters(adminUrl: string): Promise<Json[]> {
  const response = await request(`${adminUrl}/config_dump?resource=dynamic_active_clusters`);
  const dump = (await response.body.json()) as { configs?: Json[] };
  return (dump.configs ?? []).map(({ cluster }) => cluster);
}

/** `outbound|9898||podinfo.test.svc.cluster.local` → `podinfo`. */
const serviceOf = (cluster: string): string => cluster.split('|').at(-1)?.split('.')[0] ?? cluster;
