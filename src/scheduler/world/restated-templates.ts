import type { KubeClient } from '../../cluster/client.ts';
import { KINDS, pathOf } from '../../cluster/kinds.ts';
import { type Deployment, keyOf, type PodTemplate, type ReplicaSet } from '../../rollout/kube.ts';
import { replicaSetOf } from '../../rollout/workload/replica-set.ts';
import { podTemplateOf, type Stable } from '../../rollout/workload/stable.ts';

/**
 * What the API server makes of recorded templates now: a newer one has defaults that the record has not, and mutating webhooks
 * may add to it. By a dry run, once for each revision.
 */
export class RestatedTemplates {
  readonly #client: Pick<KubeClient, 'create'>;
  readonly #known = new Map<string, { revision: string; template: PodTemplate }>();

  constructor(client: Pick<KubeClient, 'create'>) {
    this.#client = client;
  }

  /** @throws KubeError */
  async of(deployment: Deployment, { revision, template }: Stable): Promise<PodTemplate> {
    const key = keyOf(deployment);
    const known = this.#known.get(key);
    if (known?.revision === revision) return known.template;
    const wanted = replicaSetOf(deployment, template, `${revision}-dry-run`);
    const path = pathOf(KINDS.replicasets, deployment.metadata.namespace);
    const made = podTemplateOf(await this.#client.create<ReplicaSet>(path, wanted, { dryRun: true }));
    this.#known.set(key, { revision, template: made });
    return made;
  }

  /** @param key of the Deployment */
  forget(key: string): void {
    this.#known.delete(key);
  }
}
