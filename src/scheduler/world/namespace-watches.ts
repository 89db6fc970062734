import { isForbidden } from '../../cluster/errors.ts';
import { collectionsIn, type Namespaces, outside } from '../../cluster/namespaces.ts';
import { Reflector } from '../../cluster/reflector.ts';
import type { ReflectorOptions } from '../../cluster/reflector-options.ts';
import type { KubeObject } from '../../rollout/kube.ts';

/** The watches on one namespace, or on all of them. */
interface WatchGroup {
  watches: Pick<Reflector, 'start' | 'stop' | 'synced'>[];
  isFilled: boolean;
  /** Resolves when the API server has answered 403 to one of them. */
  forbidden: PromiseWithResolvers<void>;
}

/** The key of the group that watches all namespaces at once. */
const ALL_NAMESPACES = '';

/**
 * The watches, grouped by namespace. Nothing is concluded about a namespace until all watches of its group are filled. A
 * namespace that may not be read (its Role went with a namespace that was deleted) does not keep the others from starting;
 * its watches go on trying, and it is filled once reading is allowed.
 */
export class NamespaceWatches {
  readonly #namespaces: Namespaces;
  readonly #excluded: Namespaces;
  readonly #groups = new Map<string, WatchGroup>();

  /** @param excluded left out where all others are watched */
  constructor(namespaces: Namespaces, excluded: Namespaces = []) {
    this.#namespaces = namespaces;
    this.#excluded = excluded;
  }

  /** Adds a watch of one kind to each group, all for one store. */
  open<T extends KubeObject>(options: Omit<ReflectorOptions<T>, 'namespace' | 'fieldSelector'>): void {
    for (const { namespace } of collectionsIn(this.#namespaces)) {
      const onError = (error: unknown) => {
        this.failed(error, namespace);
        options.onError?.(error);
      };
      const scope = namespace === undefined ? outside(this.#excluded) : { namespace };
      this.add(new Reflector<T>({ ...options, ...scope, onError }), namespace);
    }
  }

  add(watch: WatchGroup['watches'][number], namespace = ALL_NAMESPACES): void {
    const group = this.#groups.get(namespace) ?? {
      watches: [],
      isFilled: false,
      forbidden: Promise.withResolvers<void>(),
    };
    group.watches.push(watch);
    this.#groups.set(namespace, group);
  }

  /** To be called with every error of a watch of the namespace. */
  failed(error: unknown, namespace = ALL_NAMESPACES): void {
    if (isForbidden(error)) this.#groups.get(namespace)?.forbidden.resolve();
  }

  /** Whether everything in the namespace of a Deployment has been read. @param key `namespace/name` */
  isFilled(key: string): boolean {
    const [namespace = ''] = key.split('/');
    return (this.#groups.get(namespace) ?? this.#groups.get(ALL_NAMESPACES))?.isFilled ?? false;
  }

  /** Resolves when at least one group is filled and every other one is filled or forbidden. @throws if stopped before */
  async start(): Promise<void> {
    const groups = [...this.#groups.values()];
    const filling = groups.map(async (group) => {
      for (const watch of group.watches) watch.start();
      const synced = await Promise.all(group.watches.map((watch) => watch.synced));
      group.isFilled = !synced.includes(false);
      return group.isFilled;
    });
    const filled = [await Promise.race(filling)];
    const settled = groups.map(({ forbidden }, index) => Promise.race([filling[index], forbidden.promise]));
    if ([...filled, ...(await Promise.all(settled))].includes(false)) {
      throw new Error('stopped before everything was read');
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#groups.values()].flatMap(({ watches }) => watches.map((watch) => watch.stop())));
  }
}
