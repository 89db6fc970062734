import type { Service } from '../../../../src/rollout/kube.ts';
import type { ClientProxy } from '../../../../src/traffic/istio/reach/client-proxy.ts';
import type {
  DestinationRule,
  Gateway,
  HttpEntry,
  MeshObjects,
  RouteEntry,
  VirtualService,
  WeightedEntry,
} from '../../../../src/traffic/istio/reach/objects.ts';
import { type Reach, reachOf } from '../../../../src/traffic/istio/reach/reach.ts';

/** Objects of a mesh in few words. A name is `app`, of the namespace prod, or `app.test`. */
const DOMAIN = 'cluster.local';

export function metaOf(name: string): { name: string; namespace: string } {
  const [first = '', namespace = 'prod'] = name.split('.');
  return { name: first, namespace };
}

/** `{app}` and `{app.test}` in a text are full hosts. */
export const expand = (text: string, domain = DOMAIN): string =>
  text.replaceAll(/\{([^}]+)\}/g, (_, name: string) => {
    const { name: service, namespace } = metaOf(name);
    return `${service}.${namespace}.svc.${domain}`;
  });

/** Ports as `80 http`, `53/UDP dns`, `9000` and, with an appProtocol, `80 tcp-x grpc`. */
export function service(
  name: string,
  ports: readonly string[],
  spec: Service['spec'] = {},
  exportTo?: string,
): Service {
  return {
    metadata: {
      ...metaOf(name),
      ...(exportTo !== undefined && { annotations: { 'networking.istio.io/exportTo': exportTo } }),
    },
    spec: { clusterIP: '10.0.0.1', selector: { app: metaOf(name).name }, ports: ports.map(portOf), ...spec },
  };
}

function portOf(text: string) {
  const [number = '', name, appProtocol] = text.split(' ');
  const [port, protocol = 'TCP'] = number.split('/');
  return {
    ...{ port: Number(port), protocol },
    ...(name !== undefined && { name }),
    ...(appProtocol !== undefined && { appProtocol }),
  };
}

/** A destination as `app`, `app:80`, `app/v1` (a subset), `app@90` (a weight), or all together: `app:80/v1@90`. */
export function to(...destinations: readonly string[]): { route: WeightedEntry[] } {
  return { route: destinations.map(destinationOf) };
}

function destinationOf(text: string): WeightedEntry {
  const [, host = '', port, subset, weight] =
    /^([^:/@]+)(?::(\d+))?(?:\/([^@]+))?(?:@(\d+))?$/.exec(expand(text)) ?? [];
  const destination = {
    host,
    ...(port !== undefined && { port: { number: Number(port) } }),
    ...(subset !== undefined && { subset }),
  };
  return { destination, ...(weight !== undefined && { weight: Number(weight) }) };
}

export type Rules = { http?: HttpEntry[]; tcp?: RouteEntry[]; tls?: RouteEntry[] };

/** A VirtualService `app` of prod for the host `app`, unless said otherwise. */
export const virtualService = (
  rules: Rules,
  { name = 'app', born, ...spec }: { name?: string; born?: string } & Partial<VirtualService['spec']> = {},
): VirtualService => ({
  metadata: { ...metaOf(name), ...(born !== undefined && { creationTimestamp: born }) },
  spec: { hosts: ['app'], ...spec, ...rules },
});

export const delegate = (name: string, rules: Rules, exportTo: string[] = []): VirtualService => ({
  metadata: metaOf(name),
  spec: { exportTo, ...rules },
});

/** Servers as `80 HTTP *`, or `443 HTTPS shop.example.com PASSTHROUGH`. */
export const gateway = (name: string, ...servers: readonly string[]): Gateway => ({
  metadata: metaOf(name),
  spec: {
    servers: servers.map((text) => {
      const [number, protocol = '', host = '', mode] = text.split(' ');
      return {
        port: { number: Number(number), protocol, name: 'x' },
        hosts: [host],
        ...(mode !== undefined && { tls: { mode } }),
      };
    }),
  },
});

/** A DestinationRule, by the host it is for, with its subsets. */
export const destinationRule = (
  name: string,
  host: string,
  subsets: readonly string[],
  { born, ...spec }: { born?: string; exportTo?: string[]; workloadSelector?: object } = {},
): DestinationRule => ({
  metadata: { ...metaOf(name), ...(born !== undefined && { creationTimestamp: born }) },
  spec: { host: expand(host), subsets: subsets.map((subset) => ({ name: subset })), ...spec },
});

export const sidecar = (namespace = 'prod'): ClientProxy => ({ class: 'sidecar', namespace });
export const atGateway = (key = 'prod/web', namespace = 'prod'): ClientProxy => ({
  class: 'gateway',
  gateway: key,
  namespace,
});
export const waypoint = (names: readonly string[] = ['app', 'app-canary'], namespace = 'prod'): ClientProxy => ({
  class: 'waypoint',
  namespace,
  hosts: names.map((name) => expand(`{${name}}`)),
});

/** Most tests are about these two, with one port. */
export const APP = service('app', ['80 http']);
export const CANARY = service('app-canary', ['80 http']);
export const WEB = gateway('web', '80 HTTP *');

export interface Given extends Partial<MeshObjects> {
  route: VirtualService;
  proxies?: readonly ClientProxy[];
}

/** A mesh with the two Services and a gateway, seen by the sidecars of prod, unless said otherwise. */
export const given = ({ route, proxies = [sidecar()], ...objects }: Given) => ({
  virtualService: route,
  proxies,
  objects: {
    clusterDomain: DOMAIN,
    rootNamespace: 'istio-system',
    services: [APP, CANARY],
    gateways: [WEB],
    virtualServices: [],
    destinationRules: [],
    ...objects,
  },
});

/** What was found, one line a destination: `sidecar 80 http[0].route[0]: ` and the cluster, after the reason if it is refused. */
export const lines = (question: Given): string[] => reachOf(given(question)).map(lineOf);

export function lineOf({ listener, rule, destination, cluster, refusal }: Reach): string {
  const place = `${listener.proxy.class} ${listener.port} ${destination?.path ?? rule.path}:`;
  return [place, refusal?.reason, cluster?.name].filter((word) => word !== undefined).join(' ');
}
