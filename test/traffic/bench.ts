import { apiVersionOf } from '../../src/cluster/kinds.ts';
import { ROLE } from '../../src/rollout/keys.ts';
import type { KubeObject } from '../../src/rollout/kube.ts';
import type { TrafficWish } from '../../src/rollout/machine/traffic.ts';
import { canaryName } from '../../src/rollout/names.ts';
import type { ObjectChange } from '../../src/rollout/object-change.ts';
import { madeFor } from '../../src/rollout/workload/generated.ts';
import type { TrafficObjects, TrafficProvider } from '../../src/traffic/provider.ts';
import { applied, frozen } from './applied.ts';

type Making = 'render' | 'reweigh';
type Clearing = 'release' | 'cleanUp';

/** A provider at work on objects: what it changes is applied at once, and is held against what holds for every change. */
export class Bench {
  readonly provider: TrafficProvider;
  readonly wish: TrafficWish;

  constructor(provider: TrafficProvider, wish: TrafficWish) {
    this.provider = provider;
    this.wish = frozen(structuredClone(wish));
  }

  /** The same provider, with something else wanted. */
  wanting(wish: TrafficWish): Bench {
    return new Bench(this.provider, wish);
  }

  read(objects: TrafficObjects) {
    return this.provider.read(frozen(objects), this.wish);
  }

  route(objects: TrafficObjects) {
    return this.read(objects).route;
  }

  /** With the canary at a weight. */
  at(objects: TrafficObjects, weight: number, by: Making = 'render'): TrafficObjects {
    return this.#do(objects, this.provider[by](frozen(objects), this.wish, weight));
  }

  /** With what both hosts are reached by in the same way. */
  prepared(objects: TrafficObjects): TrafficObjects {
    return this.#do(objects, this.read(objects).prerequisites);
  }

  after(objects: TrafficObjects, verb: Clearing): TrafficObjects {
    return this.#do(objects, this.provider[verb](frozen(objects), this.wish));
  }

  /** Left to its user, with nothing of Headgate. */
  left(objects: TrafficObjects): TrafficObjects {
    return this.after(this.after(objects, 'release'), 'cleanUp');
  }

  #do(objects: TrafficObjects, changes: readonly ObjectChange[]): TrafficObjects {
    const wrong = changes.flatMap((change) => this.#wrongsOf(change));
    if (wrong.length > 0) throw new Error(wrong.join('; '));
    return applied(objects, changes);
  }

  #wrongsOf({ do: what, kind, object }: ObjectChange): string[] {
    const { deployment } = this.wish;
    const { name, namespace } = deployment.metadata;
    const held: Record<string, boolean> = {
      'is of no kind of the sources': this.provider.sources.some((source) => source.kind === kind),
      'is not of the kind that is said': object.kind === kind.kind && object.apiVersion === apiVersionOf(kind),
      'is in another namespace': object.metadata.namespace === namespace,
      ...(what === 'create' && {
        'has a name by which nobody finds it': [name, canaryName(name)].includes(object.metadata.name),
        'has no label': isLabelled(object),
        'is not owned by the Deployment': madeFor(object) === name,
      }),
    };
    const broken = Object.keys(held).filter((wrong) => !held[wrong]);
    return broken.map((wrong) => `${what} of ${object.kind} ${object.metadata.name}: it ${wrong}`);
  }
}

export const isLabelled = ({ metadata }: KubeObject): boolean => metadata.labels?.[ROLE] !== undefined;
