import type { KubeClient } from '../../cluster/client.ts';
import { KINDS, pathOf } from '../../cluster/kinds.ts';
import { ROLE } from '../../rollout/keys.ts';
import { type Deployment, keyOf } from '../../rollout/kube.ts';

/** The other Deployments of a namespace, for as far as they tell whether a Service is shared: read once, and when forgotten. */
export class NeighbourLabels {
  readonly #client: Pick<KubeClient, 'listAll'>;
  readonly #labels = new Map<string, Record<string, string>[]>();

  constructor(client: Pick<KubeClient, 'listAll'>) {
    this.#client = client;
  }

  /** Labels of their pods. @param key of the Deployment, `namespace/name` @throws KubeError */
  async labelsOf(key: string): Promise<Record<string, string>[]> {
    const known = this.#labels.get(key);
    if (known !== undefined) return known;
    const [namespace = ''] = key.split('/');
    const { items } = await this.#client.listAll<Deployment>(pathOf(KINDS.deployments, namespace));
    const others = items.filter((object) => keyOf(object) !== key && object.metadata.labels?.[ROLE] === undefined);
    const labels = others.map(({ spec }) => spec.template.metadata?.labels ?? {});
    this.#labels.set(key, labels);
    return labels;
  }

  forget(key: string): void {
    this.#labels.delete(key);
  }
}
