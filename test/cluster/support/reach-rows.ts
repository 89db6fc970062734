import type { Service } from '../../../src/rollout/kube.ts';
import type { ClientProxy } from '../../../src/traffic/istio/reach/client-proxy.ts';
import type {
  DestinationRule,
  Gateway,
  MeshObjects,
  VirtualService,
} from '../../../src/traffic/istio/reach/objects.ts';
import { type Reach, reachOf } from '../../../src/traffic/istio/reach/reach.ts';
import type { EnvoyRoute, Json, Rig } from '../../rig/rig.ts';

/** Reasons that say that there is no such cluster. Others say that one which is there must not be used. */
const WITHOUT_CLUSTER: ReadonlySet<string> = new Set([
  'PortNotExposed',
  'PortAmbiguous',
  'ServiceNotFound',
  'HostNotQualified',
  'SubsetUndefined',
  'TrafficPolicyMissing',
  'NotVisible',
]);

/** What is computed of one destination, or what Envoy has of it. */
export interface ReachRow {
  /** Proxy, host, port of the listener. */
  at: string;
  cluster: string;
  exists: boolean;
}

const PROXIES = ['gateway', 'sidecar'] as const;

/** Where the VirtualServices of a namespace lead by what is computed from the stored objects: HTTP rules alone, or all. */
export async function computed(rig: Rig, namespace: string): Promise<Reach[]> {
  const objects = await storedObjects(rig, namespace);
  const gateway = rig.mesh.gatewayName;
  const proxies: ClientProxy[] = [
    { class: 'sidecar', namespace: rig.mesh.caller.namespace },
    { class: 'gateway', namespace: gateway.split('/')[0] ?? '', gateway },
  ];
  return objects.virtualServices.flatMap((virtualService) => reachOf({ virtualService, objects, proxies }));
}

export const rowOf = ({ listener, cluster, refusal }: Reach): ReachRow => ({
  at: `${listener.proxy.class} ${listener.host}:${listener.port}`,
  cluster: cluster?.name ?? '',
  exists: refusal === undefined || !WITHOUT_CLUSTER.has(refusal.reason),
});

/** The same from the proxies: each cluster that a route of the VirtualServices names, and whether there is one of that name. */
export async function found(rig: Rig, namespace: string, names: readonly string[]): Promise<ReachRow[]> {
  const clusters = await rig.envoyClusterNames();
  const rows = PROXIES.flatMap((proxy) =>
    names.map(async (name) =>
      (await rig.envoyRoutes(`${namespace}/${name}`, proxy)).flatMap((route) =>
        route.domains.flatMap((host) =>
          clustersOf(route).map((cluster) => ({
            at: `${proxy} ${host}:${route.port}`,
            cluster,
            exists: clusters[proxy].includes(cluster),
          })),
        ),
      ),
    ),
  );
  return (await Promise.all(rows)).flat();
}

/** Each row once, in order. */
export const textsOf = (rows: readonly ReachRow[]): string[] =>
  [...new Set(rows.map(({ at, cluster, exists }) => `${at} → ${cluster}: ${exists ? 'there' : 'missing'}`))].toSorted();

function clustersOf({ action }: EnvoyRoute): string[] {
  const weighted: Json[] = action['weighted_clusters']?.clusters ?? [];
  const mirrors: Json[] = action['request_mirror_policies'] ?? [];
  return [
    ...(action['cluster'] ? [action['cluster']] : []),
    ...weighted.map(({ name }) => name),
    ...mirrors.map(({ cluster }) => cluster),
  ];
}

async function storedObjects(rig: Rig, namespace: string): Promise<MeshObjects> {
  const istio = (place: string, plural: string) =>
    rig.api.list(`/apis/networking.istio.io/v1/namespaces/${place}/${plural}`);
  const [services, virtualServices, destinationRules, gateways] = await Promise.all([
    rig.api.list(`/api/v1/namespaces/${namespace}/services`),
    istio(namespace, 'virtualservices'),
    istio(namespace, 'destinationrules'),
    istio('istio-system', 'gateways'),
  ]);
  return {
    ...{ clusterDomain: 'cluster.local', rootNamespace: 'istio-system' },
    services: services as Service[],
    virtualServices: virtualServices as VirtualService[],
    destinationRules: destinationRules as DestinationRule[],
    gateways: gateways as Gateway[],
  };
}
