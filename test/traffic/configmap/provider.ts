import { ROLE } from '../../../src/rollout/keys.ts';
import { type KubeObject, keyOf } from '../../../src/rollout/kube.ts';
import type { RouteReading, TrafficWish } from '../../../src/rollout/machine/traffic.ts';
import { namespacedKind, type ObjectChange, type PatchOperation, pointer } from '../../../src/rollout/object-change.ts';
import { generatedMeta } from '../../../src/rollout/workload/generated.ts';
import { canonical } from '../../../src/rollout/workload/template.ts';
import type { TrafficObstacle } from '../../../src/rollout/workload/traffic-obstacle.ts';
import type { TrafficObjects, TrafficProvider } from '../../../src/traffic/provider.ts';

const CONFIG_MAPS = namespacedKind('', 'v1', 'configmaps', 'ConfigMap');

interface ConfigMap extends KubeObject {
  data?: Readonly<Record<string, string>>;
}

/**
 * The shares of a Deployment's traffic in the ConfigMap of its name, for a router that follows it: `{stable: "80", canary: "20"}`.
 * One that a user wrote is theirs but for these two keys, and has to have `stable`: any other may well be for something else.
 */
export const configMapProvider: TrafficProvider = {
  sources: [{ kind: CONFIG_MAPS, others: 'named', isRoute: true }],
  read(objects, wish) {
    const route = routeOf(objects, wish.deployment.metadata.name);
    const obstacle = route && obstacleOf(route);
    return { ...(route && { route: readRoute(route) }), ...(obstacle && { obstacle }), prerequisites: [] };
  },
  overlap: () => 'a ConfigMap has all requests',
  servedSince(objects, deployment) {
    const route = routeOf(objects, deployment.metadata.name);
    return route && isOurs(route) ? route.metadata.creationTimestamp : undefined;
  },
  preview(objects, wish) {
    const route = routeOf(objects, wish.deployment.metadata.name);
    const routes = route && !isOurs(route) ? [`${CONFIG_MAPS.kind} ${keyOf(route)}`] : [];
    const ports = wish.services?.stable.spec.ports ?? [];
    return { ports: ports.map(({ port }) => ({ port, protocol: 'whatever the router takes' })), routes };
  },
  isReadable: ({ data }) =>
    data === undefined || Object.values(data as object).every((entry) => typeof entry === 'string'),
  render(objects, wish, weight) {
    const route = routeOf(objects, wish.deployment.metadata.name);
    if (route === undefined) return [{ do: 'create', kind: CONFIG_MAPS, object: renderRoute(wish, weight) }];
    if (isOurs(route)) return [patch(route, write('data', shares(weight)))];
    return [patch(route, write('data', { ...route.data, ...shares(weight) }), ...label(route, 'adopted-route'))];
  },
  reweigh(objects, wish, weight) {
    const route = routeOf(objects, wish.deployment.metadata.name);
    return route ? [patch(route, write('data', { ...route.data, ...shares(weight) }))] : [];
  },
  release(objects, wish) {
    const route = routeOf(objects, wish.deployment.metadata.name);
    if (route?.metadata.labels?.[ROLE] === undefined) return [];
    const { canary: _canary, ...words } = route.data ?? {};
    return [patch(route, write('data', { ...words, stable: '100' }), ...label(route, undefined))];
  },
  cleanUp: () => [],
  keep(before: ConfigMap, after: ConfigMap) {
    if (before.metadata.labels?.[ROLE] !== 'adopted-route') return { operations: [], overruled: [] };
    const { stable, canary } = before.data ?? {};
    const isMoved = after.data?.['stable'] !== stable || after.data?.['canary'] !== canary;
    return {
      operations: [
        ...(isMoved ? [write('data', { ...after.data, stable, canary })] : []),
        ...label(after, 'adopted-route'),
      ],
      overruled: after.data?.['canary'] !== undefined && isMoved ? [keyOf(before)] : [],
    };
  },
  describe(objects, { metadata: { name } }) {
    const route = routeOf(objects, name);
    const title = `${CONFIG_MAPS.kind} ${name}`;
    if (route === undefined) return [{ title, details: [], rules: [] }];
    const { stable = 'none', canary = '0' } = route.data ?? {};
    return [{ title, summary: `stable ${stable}%, canary ${canary}%`, details: [], rules: [] }];
  },
};

const routeOf = (objects: TrafficObjects, name: string): ConfigMap | undefined =>
  (objects as readonly ConfigMap[]).find(({ metadata }) => metadata.name === name);

const isOurs = ({ metadata }: ConfigMap): boolean => metadata.labels?.[ROLE] === 'route';

const shares = (weight: number) => ({ stable: String(100 - weight), canary: String(weight) });

function readRoute(route: ConfigMap): RouteReading {
  const { data = {}, metadata } = route;
  const weight = Number(data['canary'] ?? 0);
  const agreed = weight + Number(data['stable']) === 100 ? weight : undefined;
  const stale = isOurs(route) && (agreed === undefined || canonical(data) !== canonical(shares(agreed)));
  return { weight: agreed, version: metadata.resourceVersion ?? '', stale };
}

function obstacleOf(route: ConfigMap): TrafficObstacle | undefined {
  if (isOurs(route) || route.data?.['stable'] !== undefined) return undefined;
  const message = `ConfigMap ${route.metadata.name} has no key stable, so it is not about traffic`;
  return { reason: 'RouteNameTaken', message };
}

const renderRoute = ({ deployment }: TrafficWish, weight: number): ConfigMap => ({
  apiVersion: CONFIG_MAPS.version,
  kind: CONFIG_MAPS.kind,
  metadata: generatedMeta(deployment, deployment.metadata.name, 'route'),
  data: shares(weight),
});

const patch = (object: ConfigMap, ...operations: PatchOperation[]): ObjectChange => ({
  do: 'patch',
  kind: CONFIG_MAPS,
  object,
  operations,
});

/** Whether the field is there or not. */
const write = (field: string, value: unknown): PatchOperation => ({ op: 'add', path: pointer(field), value });

function label({ metadata: { labels } }: ConfigMap, role: string | undefined): PatchOperation[] {
  const { [ROLE]: present, ...others } = labels ?? {};
  if (present === role) return [];
  return [{ op: 'add', path: pointer('metadata', 'labels'), value: { ...others, ...(role && { [ROLE]: role }) } }];
}
