import { isForbidden } from '../../cluster/errors.ts';
import { KINDS, pathOf } from '../../cluster/kinds.ts';
import type { Deployment, KubeObject, Pod, ReplicaSet } from '../../rollout/kube.ts';
import { type Canary, targetName } from '../../rollout/machine/canary.ts';
import { canaryName } from '../../rollout/names.ts';
import type { Kind } from '../../rollout/object-change.ts';
import { normaliseSpec } from '../../rollout/spec/spec.ts';
import { selectorOf } from '../../rollout/workload/selector-text.ts';
import { isMadeFor } from '../../rollout/workload/taken-names.ts';
import { PROVIDER } from '../../traffic/providers.ts';
import type { Connection } from '../connection.ts';
import type { CanarySnapshot } from './snapshot.ts';

type Gathered = Omit<CanarySnapshot, 'now' | 'wide' | 'program'>;

/** What surrounds a Canary, in five reads. What may not be read is left out and noted: a right to Canaries is enough. */
export async function gather({ client, namespace }: Connection, canary: Canary): Promise<Gathered> {
  const hidden = new Set<string>();
  const allowed = async <T>({ plural }: Kind, reading: Promise<T>): Promise<T | undefined> => {
    try {
      return await reading;
    } catch (error) {
      if (!isForbidden(error)) throw error;
      hidden.add(plural);
      return undefined;
    }
  };
  const one = <T extends KubeObject>(kind: Kind, name: string): Promise<T | undefined> =>
    allowed(kind, client.find<T>(pathOf(kind, namespace, name)));
  const all = async (kind: Kind): Promise<KubeObject[]> =>
    (await allowed(kind, client.listAll(pathOf(kind, namespace))))?.items ?? [];
  const some = async <T extends KubeObject>(kind: Kind, labelSelector: string): Promise<T[]> =>
    (await allowed(kind, client.listAll<T>(pathOf(kind, namespace), { labelSelector })))?.items ?? [];
  /** Where this person has no right there is nothing to see, which is no news of the namespace here. */
  const seen = (kind: Kind, key: string): Promise<KubeObject | undefined> => {
    const [place, object] = key.split('/');
    return client.find(pathOf(kind, place, object)).catch((error: unknown) => {
      if (!isForbidden(error)) throw error;
      return undefined;
    });
  };

  const name = targetName(canary);
  const routes = PROVIDER.sources.filter(({ isRoute }) => isRoute);
  const [deployment, canaryDeployment, ...traffic] = await Promise.all([
    one<Deployment>(KINDS.deployments, name),
    one<Deployment>(KINDS.deployments, canaryName(name)),
    ...routes.map(({ kind }) => all(kind)),
  ]);
  const elsewhere = await routesElsewhere(canary, (key) => Promise.all(routes.map(({ kind }) => seen(kind, key))));
  const isHidden = routes.every(({ kind }) => hidden.has(kind.plural));
  const isOthers = deployment && canaryDeployment && !isMadeFor(canaryDeployment, deployment);
  const own = isOthers ? [deployment] : [deployment, canaryDeployment];
  const selector = selectorOf(own.filter((found) => found !== undefined));
  const [replicaSets, pods] =
    selector === undefined
      ? [[], []]
      : await Promise.all([some<ReplicaSet>(KINDS.replicasets, selector), some<Pod>(KINDS.pods, selector)]);
  const described = isHidden
    ? []
    : PROVIDER.describe([...traffic.flat(), ...elsewhere], { metadata: { namespace, name } });
  return { canary, deployment, canaryDeployment, replicaSets, pods, routes: described, hidden };
}

/** What the settings name in other namespaces. @param find by `namespace/name` */
async function routesElsewhere(
  { metadata, spec }: Canary,
  find: (key: string) => Promise<(KubeObject | undefined)[]>,
): Promise<KubeObject[]> {
  const outcome = normaliseSpec(spec);
  const named = outcome.ok ? (outcome.value.service.routes ?? []) : [];
  const keys = named.flatMap(({ namespace = metadata.namespace, name }) =>
    namespace === metadata.namespace ? [] : [`${namespace}/${name}`],
  );
  const found = await Promise.all([...new Set(keys)].map(find));
  return found.flat().filter((object) => object !== undefined);
}
