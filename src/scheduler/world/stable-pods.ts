import type { KubeClient } from '../../cluster/client.ts';
import type { Store } from '../../cluster/store.ts';
import { type Deployment, keyOf, type Pod } from '../../rollout/kube.ts';
import { listPods } from './list-pods.ts';

/**
 * The pods of enrolled Deployments, read when others may have started: once after their number changed, as the Deployment's own
 * status tells, which is watched anyway. Where all stays as it is, nothing is read.
 */
export class StablePods {
  readonly #client: Pick<KubeClient, 'listAll'>;
  /** Keys of Deployments the number of whose pods has changed since they were read. */
  readonly #moved = new Set<string>();
  /** Keys of those that this process has read, or tried to. */
  readonly #read = new Set<string>();

  constructor(client: Pick<KubeClient, 'listAll'>, enrolled: Store<Deployment>) {
    this.#client = client;
    enrolled.onChange(({ type, key, object, previous }) => {
      if (type === 'deleted') this.#forget(key);
      else if (previous !== undefined && countsOf(previous) !== countsOf(object)) this.#moved.add(key);
    });
  }

  /**
   * Undefined where nothing has changed, or they may not be read.
   * @param isInDoubt what another process, or this one before it was started again, found out may be over
   */
  async of(deployment: Deployment, isInDoubt: boolean): Promise<Pod[] | undefined> {
    const key = keyOf(deployment);
    if (!this.#moved.has(key) && !(isInDoubt && !this.#read.has(key))) return undefined;
    this.#moved.delete(key);
    this.#read.add(key);
    try {
      return await listPods(this.#client, deployment);
    } catch (error) {
      this.#moved.add(key);
      throw error;
    }
  }

  #forget(key: string): void {
    this.#moved.delete(key);
    this.#read.delete(key);
  }
}

/** A pod that starts changes one of these, and when it is ready one again. */
const countsOf = ({ status = {} }: Deployment): string =>
  [status.replicas, status.readyReplicas, status.availableReplicas].map((count) => count ?? 0).join();
