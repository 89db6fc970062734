import { ROLE } from '../../rollout/keys.ts';
import { type Deployment, type KubeObject, keyOf, type Service } from '../../rollout/kube.ts';
import type { TrafficWish } from '../../rollout/machine/traffic.ts';
import type { Kind } from '../../rollout/object-change.ts';
import { namespacesElsewhere } from '../../rollout/spec/route-choice.ts';
import type { Problem, RolloutSpec } from '../../rollout/spec/spec-types.ts';
import type { TrafficObjects, TrafficProvider } from '../../traffic/provider.ts';
import type { SourceObject } from '../documents.ts';
import { shaped, shapedService } from './shape.ts';
import { groupOf, isDeployment, namespaceIn, type Value } from './value.ts';

/** What the files have beside a Deployment, as far as its traffic depends on it. */
export interface ReleaseNeighbours {
  services: Service[];
  /** Pod labels of the other Deployments. */
  others: Record<string, string>[];
  /** Objects of the provider's kinds. */
  routes: KubeObject[];
}

export const isService = (value: Value): boolean => value['kind'] === 'Service' && value['apiVersion'] === 'v1';

/** Whether an object is of a kind that divides traffic, in any version of its group. */
export const isOfProvider =
  ({ sources }: Pick<TrafficProvider, 'sources'>) =>
  (value: Value): boolean =>
    sources.some(({ kind }) => isOf(kind, value));

const isOf = ({ group, kind }: Kind, value: Value): boolean => value['kind'] === kind && groupOf(value) === group;

/** What keeps a Service or a route from being looked at: then it would be as if it were not there. */
export function neighbourProblems(value: Value, provider: TrafficProvider): Problem[] {
  if (isService(value)) return shapedService(value).problems;
  if (!isOfProvider(provider)(value) || provider.isReadable(value as unknown as KubeObject)) return [];
  return [
    { key: 'spec', message: 'has not the shape of its kind, and was not looked at; the API server would refuse it' },
  ];
}

/**
 * Those of the Deployment's namespace, and routes of those where its settings name some. Of objects of one name the last counts, as when all are applied.
 */
export function neighboursOf(
  deployment: Deployment,
  { service }: Pick<RolloutSpec, 'service'>,
  { objects, provider }: { objects: readonly SourceObject[]; provider: TrafficProvider },
): ReleaseNeighbours {
  const own = namespaceOfDeployment(deployment);
  const valuesIn = (namespaces: readonly string[]) =>
    objects.map(({ value }) => value).filter((value) => namespaces.includes(namespaceIn(value)));
  const here = valuesIn([own]);
  const around = valuesIn([own, ...namespacesElsewhere(service.routes, own)]);
  const services = here.filter(isService).flatMap((value) => shapedService(value).service ?? []);
  const deployments = here.filter(isDeployment).flatMap((value) => shaped(value).deployment ?? []);
  const others = deployments.filter((entry) => isAnother(entry, deployment));
  return {
    services: lastOfEach(services),
    others: others.map(({ spec }) => spec.template.metadata?.labels ?? {}),
    routes: lastOfEach(around.flatMap((value) => routeOf(value, provider))),
  };
}

const namespaceOfDeployment = ({ metadata: { namespace = 'default' } }: Deployment): string => namespace;

const isAnother = ({ metadata }: Deployment, deployment: Deployment): boolean =>
  metadata.name !== deployment.metadata.name && metadata.labels?.[ROLE] === undefined;

function routeOf(value: Value, provider: TrafficProvider): KubeObject[] {
  const object = value as unknown as KubeObject;
  return isOfProvider(provider)(value) && provider.isReadable(object) ? [object] : [];
}

const lastOfEach = <T extends KubeObject>(objects: readonly T[]): T[] => [
  ...new Map(objects.map((object) => [`${object.kind} ${keyOf(object)}`, object])).values(),
];

/**
 * The same with what they refer to, wherever that is: what the files do not have may be in the cluster, and is taken as there,
 * without a word of what it says.
 */
export function withReferences(
  routes: TrafficObjects,
  wish: TrafficWish,
  { objects, provider }: { objects: readonly SourceObject[]; provider: TrafficProvider },
): TrafficObjects {
  const wanted = provider.references?.(routes, wish) ?? [];
  const known = new Set(routes.map((object) => `${object.kind} ${keyOf(object)}`));
  const missing = wanted.filter(({ kind, key }) => !known.has(`${kind.kind} ${key}`));
  const found = missing.map(({ kind, key }): KubeObject => {
    const [namespace = '', name = ''] = key.split('/');
    const entry = objects.find(
      ({ value }) => isOf(kind, value) && namespaceIn(value) === namespace && nameOf(value) === name,
    );
    const object = entry?.value as unknown as KubeObject | undefined;
    return object && provider.isReadable(object) ? object : { kind: kind.kind, metadata: { namespace, name } };
  });
  return [...routes, ...found];
}

const nameOf = (value: Value): unknown => (value as unknown as Partial<KubeObject>).metadata?.name;
