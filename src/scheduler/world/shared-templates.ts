import { type Store, withoutManagedFields } from '../../cluster/store.ts';
import { LAST_APPLIED } from '../../rollout/keys.ts';
import { type Deployment, keyIn, keyOf, type PodTemplate, type ReplicaSet } from '../../rollout/kube.ts';
import { type Canary, targetOf } from '../../rollout/machine/canary.ts';
import { canaryName, stemOf } from '../../rollout/names.ts';
import { REVISION_NUMBER } from '../../rollout/workload/stable.ts';
import { isSame } from '../../rollout/workload/template.ts';
import { keptReplicaSet, keptStatus } from './kept-status.ts';
import type { Records } from './records.ts';

/** Where templates are. */
interface Known {
  readonly enrolled: Pick<Store<Deployment>, 'get'>;
  readonly canaries: Pick<Store<Deployment>, 'get'>;
  readonly records: Pick<Records, 'about'>;
}

/**
 * What stores keep of Deployments, their records and their ReplicaSets. Pod templates are the most of them, and at rest a Deployment, its record
 * and its canary say the same one: it is in memory once, as the object that is known first.
 */
export class SharedTemplates {
  readonly #known: Known;

  constructor(known: Known) {
    this.#known = known;
  }

  /** Of an enrolled Deployment: without the annotations that `kubectl` and the Deployment controller write, and nothing here reads. */
  readonly keepDeployment = (object: Deployment): Deployment => {
    const { metadata, ...rest } = withoutManagedFields(object);
    const { [LAST_APPLIED]: _file, [REVISION_NUMBER]: _number, ...annotations } = metadata.annotations ?? {};
    const template = this.#shared(keyOf(object), rest.spec.template);
    const kept = { ...metadata, ...(metadata.annotations && { annotations }) };
    const status = rest.status && { status: keptStatus(rest.status) };
    return { ...rest, ...status, metadata: kept, spec: { ...rest.spec, template } };
  };

  /** Of a canary. */
  readonly keepCanary = (object: Deployment): Deployment => {
    const { spec, status, ...rest } = withoutManagedFields(object);
    const kept = status && { status: keptStatus(status) };
    return { ...rest, ...kept, spec: { ...spec, template: this.#shared(stemOf(keyOf(object)), spec.template) } };
  };

  /** Of a Deployment or its canary. */
  readonly keepReplicaSet = (object: ReplicaSet): ReplicaSet => {
    const { spec, ...rest } = keptReplicaSet(object);
    const { namespace, ownerReferences = [] } = object.metadata;
    const key = stemOf(keyIn(namespace, ownerReferences[0]?.name ?? ''));
    return { ...rest, spec: { ...spec, template: this.#shared(key, spec.template) } };
  };

  readonly keepRecord = (object: Canary): Canary => {
    const kept = withoutManagedFields(object);
    const { stable } = kept.status ?? {};
    if (!stable?.template) return kept;
    const template = this.#shared(targetOf(object), stable.template);
    return { ...kept, status: { ...kept.status, stable: { ...stable, template } } };
  };

  /** A canary's template has other labels, and the same pods. @param key of the Deployment */
  #shared(key: string, template: PodTemplate): PodTemplate {
    const known = this.#of(key);
    const same = known.find((one) => isSame(one, template));
    const pods = same ?? known.find(({ spec }) => isSame(spec, template.spec));
    return same ?? (pods ? { ...template, spec: pods.spec } : template);
  }

  #of(key: string): PodTemplate[] {
    const { enrolled, canaries, records } = this.#known;
    const deployments = [enrolled.get(key), canaries.get(canaryName(key))];
    return [
      ...deployments.flatMap((object) => object?.spec.template ?? []),
      ...records.about(key).flatMap(({ status }) => status?.stable?.template ?? []),
    ];
  }
}
