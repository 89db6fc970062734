import type { KubeClient } from '../cluster/client.ts';
import { isForbidden, isNotFound } from '../cluster/errors.ts';
import { KINDS, pathOf } from '../cluster/kinds.ts';
import { CANARY, CANARY_SUFFIX, HELD, ROLE } from '../rollout/keys.ts';
import type { Deployment, KubeObject, ReplicaSet, Service } from '../rollout/kube.ts';
import type { Canary } from '../rollout/machine/canary.ts';
import { canaryName, stemOf } from '../rollout/names.ts';
import type { Kind } from '../rollout/object-change.ts';
import { isSnapshotFor, SNAPSHOT_ROLE } from '../rollout/pins/snapshot.ts';
import { readOptIn } from '../rollout/spec/annotations/opt-in.ts';
import type { DisruptionBudget } from '../rollout/workload/disruption-budget.ts';
import { madeFor } from '../rollout/workload/generated.ts';
import type { TrafficObjects, TrafficProvider, TrafficReference } from '../traffic/provider.ts';

/** Everything of one Deployment that Headgate has, or may have, a hand in. */
export interface Remains {
  namespace: string;
  name: string;
  /** Such as `cluster.local`. */
  clusterDomain: string;
  deployment?: Deployment;
  canary?: Deployment;
  budget?: DisruptionBudget;
  service?: Service;
  canaryService?: Service;
  /** What bears Headgate's label and divides traffic: all of the namespace, and what is marked for the Deployment in others. */
  traffic: TrafficObjects;
  record?: Canary;
  /** Of ConfigMaps and Secrets, made for the Deployment. */
  snapshots: readonly KubeObject[];
  /** Of the Deployment; read while it is held. */
  replicaSets: readonly ReplicaSet[];
}

export interface Reader {
  client: KubeClient;
  provider: TrafficProvider;
  clusterDomain: string;
  /** What of other namespaces is marked for a Deployment. @param key of the Deployment */
  elsewhere: (key: string) => Promise<readonly TrafficReference[]>;
}

/** Reads it all from the API server. @param key `namespace/name`. @throws KubeError */
export async function readRemains(reader: Reader, key: string): Promise<Remains> {
  const { client, provider, clusterDomain } = reader;
  const [namespace = '', name = ''] = key.split('/');
  const find = <T extends KubeObject>(kind: Kind, object: string) => client.find<T>(pathOf(kind, namespace, object));
  const labelled = <T extends KubeObject>(kind: Kind) => labelledOf<T>(client, kind, namespace);
  const kinds = provider.sources.filter(({ others }) => others !== 'referenced').map(({ kind }) => kind);
  const deployment = await find<Deployment>(KINDS.deployments, name);
  const [canary, budget, services, traffic, elsewhere, record, replicaSets, snapshots] = await Promise.all([
    find<Deployment>(KINDS.deployments, canaryName(name)),
    find<DisruptionBudget>(KINDS.poddisruptionbudgets, canaryName(name)),
    labelled<Service>(KINDS.services),
    Promise.all(kinds.map((kind) => labelled(kind))),
    markedElsewhere(reader, key),
    find<Canary>(KINDS.canaries, recordName(name, deployment)),
    deployment?.metadata.annotations?.[HELD] === undefined ? [] : setsOf(client, deployment),
    deployment === undefined ? [] : snapshotsOf(client, deployment),
  ]);
  // Of what lost its owner, the name tells.
  const own = services.filter((service) => (madeFor(service) ?? stemOf(service.metadata.name)) === name);
  const canaryService = own.find(({ metadata }) => metadata.name.endsWith(CANARY_SUFFIX));
  const service = own.find((object) => object !== canaryService);
  return {
    namespace,
    name,
    clusterDomain,
    replicaSets,
    snapshots,
    traffic: [...traffic.flat(), ...elsewhere],
    ...(deployment && { deployment }),
    ...(canary && { canary }),
    ...(budget && { budget }),
    ...(service && { service }),
    ...(canaryService && { canaryService }),
    ...(record && { record }),
  };
}

/** As it is now: what is known of the marks may be old. */
async function markedElsewhere({ client, elsewhere }: Reader, key: string): Promise<KubeObject[]> {
  const reading = (await elsewhere(key)).map((reference) => {
    const [namespace, name] = reference.key.split('/');
    return client.find(pathOf(reference.kind, namespace, name));
  });
  return (await Promise.all(reading)).filter((object) => object !== undefined);
}

/** Whatever bears Headgate's label. Where the kind is not installed there are none. */
async function labelledOf<T extends KubeObject>(client: KubeClient, kind: Kind, namespace: string): Promise<T[]> {
  try {
    return (await client.listAll<T>(pathOf(kind, namespace), { labelSelector: ROLE })).items;
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** Where they may not be read there are none: content is not tracked there. */
async function snapshotsOf(client: KubeClient, deployment: Deployment): Promise<KubeObject[]> {
  const list = async (kind: Kind): Promise<KubeObject[]> => {
    const labelSelector = `${ROLE}=${SNAPSHOT_ROLE}`;
    const found = client.listAll(
      pathOf(kind, deployment.metadata.namespace),
      { labelSelector },
      { metadataOnly: true },
    );
    const { items } = await found.catch((error: unknown) => {
      if (!isForbidden(error)) throw error;
      return { items: [] };
    });
    return items
      .filter((object) => isSnapshotFor(object, deployment))
      .map((object) => ({ ...object, kind: kind.kind }));
  };
  return (await Promise.all([list(KINDS.configmaps), list(KINDS.secrets)])).flat();
}

function recordName(name: string, deployment: Deployment | undefined): string {
  const optIn = readOptIn(deployment?.metadata.annotations?.[CANARY] ?? 'true');
  return optIn.state === 'canary' ? optIn.name : name;
}

async function setsOf(client: KubeClient, { metadata, spec }: Deployment): Promise<ReplicaSet[]> {
  const labels = Object.entries(spec.selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const labelSelector = labels.join();
  return (await client.listAll<ReplicaSet>(pathOf(KINDS.replicasets, metadata.namespace), { labelSelector })).items;
}
