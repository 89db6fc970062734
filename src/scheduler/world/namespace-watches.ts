import { isForbidden } from '../../cluster/errors.ts';
import { collectionsIn, type Namespaces } from '../../cluster/namespaces.ts';
import { Reflector } from '../../cluster/reflector.ts';
import type { ReflectorOptions } from '../../cluster/reflector-options.ts';
import type { KubeObject } from '../../rollout/kube.ts';

interface Area {
  watches: Pick<Reflector, 'start' | 'stop' | 'synced'>[];
  isFilled: boolean;
  /** Resolves when the API server has refused to show it. */
  refused: PromiseWithResolvers<void>;
}

/** An area over all namespaces. */
const EVERYWHERE = '';

/**
 * The watches by namespace. All of one area are filled before anything is concluded from any of them. One that may not be
 * read (its Role went with a namespace that was deleted) keeps no other from starting, and is taken up when it may be.
 */
export class Areas {
  readonly #namespaces: Namespaces;
  readonly #areas = new Map<string, Area>();

  constructor(namespaces: Namespaces) {
    this.#namespaces = namespaces;
  }

  /** Adds a watch to each area, all for one store. */
  open<T extends KubeObject>(options: Omit<ReflectorOptions<T>, 'namespace'>): void {
    for (const { namespace } of collectionsIn(this.#namespaces)) {
      const onError = (error: unknown) => {
        this.failed(error, namespace);
        options.onError?.(error);
      };
      const scope = namespace === undefined ? {} : { namespace };
      this.add(new Reflector<T>({ ...options, ...scope, onError }), namespace);
    }
  }

  add(watch: Area['watches'][number], namespace = EVERYWHERE): void {
    const area = this.#areas.get(namespace) ?? {
      watches: [],
      isFilled: false,
      refused: Promise.withResolvers<void>(),
    };
    area.watches.push(watch);
    this.#areas.set(namespace, area);
  }

  /** Takes what went wrong with a watch. */
  failed(error: unknown, namespace = EVERYWHERE): void {
    if (isForbidden(error)) this.#areas.get(namespace)?.refused.resolve();
  }

  /** Whether the area of a Deployment is filled. @param key `namespace/name` */
  isFilled(key: string): boolean {
    const [namespace = ''] = key.split('/');
    return (this.#areas.get(namespace) ?? this.#areas.get(EVERYWHERE))?.isFilled ?? false;
  }

  /** Resolves when one area is filled, and each of the others is, or may not be read. @throws if stopped before */
  async start(): Promise<void> {
    const areas = [...this.#areas.values()];
    const filling = areas.map(async (area) => {
      for (const watch of area.watches) watch.start();
      const synced = await Promise.all(area.watches.map((watch) => watch.synced));
      area.isFilled = !synced.includes(false);
      return area.isFilled;
    });
    const filled = [await Promise.race(filling)];
    const settled = areas.map(({ refused }, index) => Promise.race([filling[index], refused.promise]));
    if ([...filled, ...(await Promise.all(settled))].includes(false)) {
      throw new Error('stopped before everything was read');
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#areas.values()].flatMap(({ watches }) => watches.map((watch) => watch.stop())));
  }
}
