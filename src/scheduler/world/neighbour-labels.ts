import type { KubeClient } from '../../cluster/client.ts';
import { KINDS, pathOf } from '../../cluster/kinds.ts';
import { RecentMap } from '../../recent-map.ts';
import { ROLE } from '../../rollout/keys.ts';
import { type Deployment, keyOf } from '../../rollout/kube.ts';
import { isSame } from '../../rollout/workload/template.ts';

/** Namespaces whose last list is known. */
const MOST = 5_000;

/** Deployments of a namespace, by their keys, with the labels of their pods. */
type Neighbours = readonly { key: string; labels: Record<string, string> }[];

/** The other Deployments of a namespace, for as far as they tell whether a Service is shared: read once, and when forgotten. */
export class NeighbourLabels {
  readonly #client: Pick<KubeClient, 'listAll'>;
  /** By who read it. All who read the same share one. */
  readonly #read = new Map<string, Neighbours>();
  /** By namespace: held by who read it, and not from here. */
  readonly #last = new RecentMap<string, WeakRef<Neighbours>>(MOST);

  constructor(client: Pick<KubeClient, 'listAll'>) {
    this.#client = client;
  }

  /** Labels of their pods. @param key of the Deployment, `namespace/name` @throws KubeError */
  async labelsOf(key: string): Promise<Record<string, string>[]> {
    const [namespace = ''] = key.split('/');
    const known = this.#read.get(key) ?? this.#shared(namespace, await this.#list(namespace));
    this.#read.set(key, known);
    return known.filter((neighbour) => neighbour.key !== key).map(({ labels }) => labels);
  }

  forget(key: string): void {
    this.#read.delete(key);
  }

  async #list(namespace: string): Promise<Neighbours> {
    const { items } = await this.#client.listAll<Deployment>(pathOf(KINDS.deployments, namespace));
    const own = items.filter(({ metadata }) => metadata.labels?.[ROLE] === undefined);
    return own.map((object) => ({ key: keyOf(object), labels: object.spec.template.metadata?.labels ?? {} }));
  }

  #shared(namespace: string, read: Neighbours): Neighbours {
    const last = this.#last.get(namespace)?.deref();
    if (last !== undefined && isSame(last, read)) return last;
    this.#last.set(namespace, new WeakRef(read));
    return read;
  }
}
