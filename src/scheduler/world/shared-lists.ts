import { RecentMap } from '../../recent-map.ts';
import type { KubeObject } from '../../rollout/kube.ts';

/** Collections whose last list is known. */
const MOST = 10_000;

/**
 * Lists of the same collection that several hold, each as it was when they read it. What did not change from one to the next
 * is in memory once: hundreds of Deployments in a namespace each hold all of its Services and routes.
 */
export class SharedLists {
  /** The last one of each collection: held by who read it, and not from here. */
  readonly #last = new RecentMap<string, WeakRef<readonly KubeObject[]>>(MOST);

  /** The same objects, as far as possible those that were in the last list. */
  share(collection: string, objects: readonly KubeObject[]): readonly KubeObject[] {
    const last = this.#last.get(collection)?.deref() ?? [];
    const known = new Map(last.map((object) => [stateOf(object), object]));
    const shared = objects.map((object) => known.get(stateOf(object)) ?? object);
    if (shared.length === last.length && shared.every((object, index) => object === last[index])) return last;
    this.#last.set(collection, new WeakRef(shared));
    return shared;
  }
}

const stateOf = ({ metadata: { uid, resourceVersion } }: KubeObject): string => `${uid} ${resourceVersion}`;
