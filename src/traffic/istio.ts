import { ROLE } from '../rollout/keys.ts';
import type { Deployment, KubeObject } from '../rollout/kube.ts';
import { canaryName } from '../rollout/names.ts';
import type { RouteReading } from '../rollout/observation.ts';
import type { ServiceSpec } from '../rollout/spec-types.ts';
import { canonical } from '../rollout/template.ts';
import { routeMeta } from '../rollout/workload.ts';

interface Destination {
  destination: { host: string; port?: { number: number }; [field: string]: unknown };
  weight?: number;
  [field: string]: unknown;
}
interface HttpRoute {
  route?: Destination[];
  [field: string]: unknown;
}
export interface VirtualService extends KubeObject {
  spec: { hosts?: string[]; gateways?: string[]; http?: HttpRoute[]; [field: string]: unknown };
}

/** The role of a VirtualService that a user wrote: Headgate touches the weights of its routes and nothing else. */
export const ADOPTED = 'adopted-route';

/** What the wanted route depends on besides the weight. */
export interface RouteWish {
  deployment: Deployment;
  service: ServiceSpec;
}

/** The names under which Istio knows a Service from its own namespace. */
const hostsOf = (name: string, namespace: string): string[] => [
  name,
  `${name}.${namespace}`,
  `${name}.${namespace}.svc`,
  `${name}.${namespace}.svc.cluster.local`,
];

const isTo = (hosts: readonly string[]) => (entry: Destination) => hosts.includes(entry.destination.host);

const isOurs = (route: VirtualService): boolean => route.metadata.labels?.[ROLE] === 'route';

const namesOf = ({ deployment: { metadata } }: RouteWish) => {
  const namespace = metadata.namespace ?? 'default';
  return { stable: hostsOf(metadata.name, namespace), canary: hostsOf(canaryName(metadata.name), namespace) };
};

/** The routes of a VirtualService that go to the stable Service, alone or beside the canary's. */
function split(route: VirtualService, wish: RouteWish): { http: HttpRoute; index: number }[] {
  const { stable, canary } = namesOf(wish);
  return (route.spec.http ?? [])
    .map((http, index) => ({ http, index }))
    .filter(
      ({ http: { route: to = [] } }) =>
        to.some(isTo(stable)) && to.every((entry) => isTo([...stable, ...canary])(entry)),
    );
}

/** The canary's weight as it stands in the object; undefined if no route goes to the Deployment. */
export function readRoute(route: VirtualService, wish: RouteWish): RouteReading {
  const { canary } = namesOf(wish);
  const weights = split(route, wish).map(({ http }) => http.route?.find(isTo(canary))?.weight ?? 0);
  const [weight] = weights;
  const agreed = weights.every((entry) => entry === weight) ? weight : undefined;
  const stale =
    isOurs(route) && (agreed === undefined || canonical(route.spec) !== canonical(renderSpec(wish, agreed)));
  const unusable = weights.length === 0 && !isOurs(route);
  const { resourceVersion = '' } = route.metadata;
  return { weight: agreed, resourceVersion, stale, ...(unusable && { unusable }) };
}

function destinations(wish: RouteWish, weight: number): Destination[] {
  const { name } = wish.deployment.metadata;
  return [
    { destination: { host: name }, weight: 100 - weight },
    { destination: { host: canaryName(name) }, weight },
  ];
}

function renderSpec(wish: RouteWish, weight: number): VirtualService['spec'] {
  const { hosts, gateways } = wish.service;
  const { name } = wish.deployment.metadata;
  return {
    hosts: [name, ...hosts.filter((host) => host !== name)],
    gateways: [...gateways.filter((gateway) => gateway !== 'mesh'), 'mesh'],
    http: [{ route: destinations(wish, weight) }],
  };
}

/** A VirtualService of Headgate's own. */
export const renderRoute = (wish: RouteWish, weight: number): VirtualService => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: routeMeta(wish.deployment),
  spec: renderSpec(wish, weight),
});

export type PatchOperation = { op: 'test' | 'add' | 'replace' | 'remove'; path: string; value?: unknown };

/** JSON Patch that gives an existing VirtualService a weight: all of one that is ours, only the weights of another's. */
export function patchRoute(route: VirtualService, wish: RouteWish, weight: number): PatchOperation[] {
  if (isOurs(route)) return [{ op: 'replace', path: '/spec', value: renderSpec(wish, weight) }];
  const { stable } = namesOf(wish);
  return [
    ...adoption(route),
    ...split(route, wish).map(({ http, index }): PatchOperation => {
      const first = http.route?.find(isTo(stable));
      const port = first?.destination.port ? { port: first.destination.port } : {};
      const value = destinations(wish, weight).map((entry) => ({
        ...entry,
        destination: { ...entry.destination, ...port },
      }));
      return { op: 'replace', path: `/spec/http/${index}/route`, value };
    }),
  ];
}

/** The label by which the watch finds a VirtualService that is not ours. */
function adoption({ metadata: { labels } }: VirtualService): PatchOperation[] {
  if (labels?.[ROLE] === ADOPTED) return [];
  const value = { ...labels, [ROLE]: ADOPTED };
  return [{ op: labels ? 'replace' : 'add', path: '/metadata/labels', value }];
}

/** JSON Patch that leaves the VirtualService to its user: all traffic to the Deployment, no word of the canary. */
export function releaseRoute(route: VirtualService, wish: RouteWish): PatchOperation[] {
  const { [ROLE]: _role, ...labels } = route.metadata.labels ?? {};
  const { stable } = namesOf(wish);
  return [
    { op: 'add', path: '/metadata/labels', value: labels },
    ...split(route, wish).map(({ http, index }): PatchOperation => {
      const kept = (http.route ?? []).filter(isTo(stable)).map(({ weight: _weight, ...entry }) => entry);
      return { op: 'replace', path: `/spec/http/${index}/route`, value: kept };
    }),
  ];
}
