import type { KubeClient } from '../cluster/client.ts';
import { KINDS, pathOf } from '../cluster/kinds.ts';
import { CANARY, HELD } from '../rollout/keys.ts';
import type { Deployment, KubeObject, ReplicaSet, Service } from '../rollout/kube.ts';
import type { Canary } from '../rollout/machine/canary.ts';
import { canaryName } from '../rollout/names.ts';
import type { Kind } from '../rollout/object-change.ts';
import { readOptIn } from '../rollout/spec/annotations/opt-in.ts';
import type { TrafficObjects, TrafficProvider } from '../traffic/provider.ts';

/** Everything of one Deployment that Headgate has, or may have, a hand in. */
export interface Remains {
  namespace: string;
  name: string;
  deployment?: Deployment;
  canary?: Deployment;
  service?: Service;
  canaryService?: Service;
  /** By which its traffic is divided. */
  traffic: TrafficObjects;
  record?: Canary;
  /** Of the Deployment; read while it is held. */
  replicaSets: readonly ReplicaSet[];
}

/** Reads it all from the API server. @param key `namespace/name`. @throws KubeError */
export async function readRemains(client: KubeClient, provider: TrafficProvider, key: string): Promise<Remains> {
  const [namespace = '', name = ''] = key.split('/');
  const find = <T extends KubeObject>(kind: Kind, object: string) => client.find<T>(pathOf(kind, namespace, object));
  const deployment = await find<Deployment>(KINDS.deployments, name);
  const [canary, service, canaryService, traffic, record, replicaSets] = await Promise.all([
    find<Deployment>(KINDS.deployments, canaryName(name)),
    find<Service>(KINDS.services, name),
    find<Service>(KINDS.services, canaryName(name)),
    Promise.all(provider.sources.flatMap(({ kind }) => [find(kind, name), find(kind, canaryName(name))])),
    find<Canary>(KINDS.canaries, recordName(name, deployment)),
    deployment?.metadata.annotations?.[HELD] === undefined ? [] : setsOf(client, deployment),
  ]);
  return {
    namespace,
    name,
    replicaSets,
    traffic: traffic.filter((object) => object !== undefined),
    ...(deployment && { deployment }),
    ...(canary && { canary }),
    ...(service && { service }),
    ...(canaryService && { canaryService }),
    ...(record && { record }),
  };
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
