import { isForbidden } from '../../cluster/errors.ts';
import { type Coverage, collectionsIn, isCovered } from '../../cluster/namespaces.ts';
import { Reflector } from '../../cluster/reflector.ts';
import type { ReflectorOptions } from '../../cluster/reflector-options.ts';
import { orLate } from '../../process/deadline.ts';
import type { KubeObject } from '../../rollout/kube.ts';
import type { Kind } from '../../rollout/object-change.ts';
import { expectCurrent } from './narrow-watch.ts';

/** The watches on one namespace, or on all of them. */
interface WatchGroup {
  /** Those without which nothing can be done: Deployments, and their records. */
  watches: Pick<Reflector, 'start' | 'stop' | 'synced'>[];
  isFilled: boolean;
  /** Resolves when the API server has answered 403 to one of them. */
  forbidden: PromiseWithResolvers<void>;
  /** All of these and of those that are not essential, by the resource (`services`). */
  byResource: Map<string, OneWatch[]>;
}

type OneWatch = Pick<Reflector, 'start' | 'stop' | 'filled' | 'failure'>;

/** How long a start waits for watches that are not essential and give no answer. */
const PATIENCE_MS = 5_000;

/** The key of the group that watches all namespaces at once. */
const ALL_NAMESPACES = '';

/**
 * The watches, grouped by namespace. Nothing is done about a namespace until the essential watches of its group are filled; what
 * the others would show is unknown until they are. A namespace that may not be read (its Role went with a namespace that was deleted) does not keep the others from starting;
 * its watches go on trying, and it is filled once reading is allowed.
 */
export class NamespaceWatches {
  readonly #coverage: Coverage;
  readonly #groups = new Map<string, WatchGroup>();

  constructor(coverage: Coverage) {
    this.#coverage = coverage;
  }

  /** Adds a watch of one kind to each group, all for one store. */
  open<T extends KubeObject>(
    options: Omit<ReflectorOptions<T>, 'namespace' | 'fieldSelector'>,
    isEssential: boolean,
  ): void {
    for (const scope of collectionsIn(this.#coverage)) {
      const { namespace } = scope;
      const onError = (error: unknown) => {
        if (isEssential) this.failed(error, namespace);
        options.onError?.(error);
      };
      const watch = new Reflector<T>({ ...options, ...scope, onError });
      if (isEssential) this.add(watch, namespace);
      const { byResource } = this.#groupOf(namespace);
      const { plural } = options.kind;
      byResource.set(plural, [...(byResource.get(plural) ?? []), watch as unknown as OneWatch]);
    }
  }

  /** Adds an essential watch. */
  add(watch: WatchGroup['watches'][number], namespace = ALL_NAMESPACES): void {
    this.#groupOf(namespace).watches.push(watch);
  }

  #groupOf(namespace = ALL_NAMESPACES): WatchGroup {
    const forbidden = Promise.withResolvers<void>();
    const group = this.#groups.get(namespace) ?? { watches: [], isFilled: false, forbidden, byResource: new Map() };
    this.#groups.set(namespace, group);
    return group;
  }

  /**
   * Resolves once what is watched of a resource in the namespace of a Deployment is up to date.
   * @param key `namespace/name`
   * @throws what keeps it from being so
   */
  async expectCurrent(key: string, { plural }: Pick<Kind, 'plural'>): Promise<void> {
    await Promise.all((this.#groupFor(key)?.byResource.get(plural) ?? []).map(expectCurrent));
  }

  #groupFor(key: string): WatchGroup | undefined {
    const [namespace = ''] = key.split('/');
    if (!isCovered(this.#coverage, namespace)) return undefined;
    return this.#groups.get(namespace) ?? this.#groups.get(ALL_NAMESPACES);
  }

  /** To be called with every error of a watch of the namespace. */
  failed(error: unknown, namespace = ALL_NAMESPACES): void {
    if (isForbidden(error)) this.#groups.get(namespace)?.forbidden.resolve();
  }

  /** Whether the Deployments and records in the namespace of a Deployment have been read: never where Headgate does not act. @param key `namespace/name` */
  isFilled(key: string): boolean {
    return this.#groupFor(key)?.isFilled ?? false;
  }

  /**
   * Resolves when at least one group is filled and every other one is filled or forbidden, and all other watches are filled, have
   * failed, or have been waited for long enough. @throws if stopped before
   */
  async start(): Promise<void> {
    const groups = [...this.#groups.values()];
    const others = this.#all().map((watch) => {
      watch.start();
      return watch.filled().catch(() => undefined);
    });
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
    await orLate(Promise.all(others), PATIENCE_MS);
  }

  async stop(): Promise<void> {
    const essential = [...this.#groups.values()].flatMap(({ watches }) => watches);
    await Promise.all([...essential, ...this.#all()].map((watch) => watch.stop()));
  }

  #all(): OneWatch[] {
    return [...this.#groups.values()].flatMap(({ byResource }) => [...byResource.values()].flat());
  }
}
