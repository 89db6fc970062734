import { Dismantler, type DismantlerOptions, type Progress } from '../../dismantle/dismantle.ts';
import type { World } from '../world/world.ts';

const RETRY_MS = 500;

/** Takes Headgate off a Deployment that opted out, or whose Canary somebody deleted, as an uninstall does. */
export class WatchedDismantler {
  readonly #world: World;
  readonly #dismantler: Dismantler;

  /** @param world is told of every write, and knows routes of other namespaces */
  constructor(world: World, options: Omit<DismantlerOptions, 'elsewhere' | 'onWrite'>) {
    const { traffic } = world;
    this.#world = world;
    this.#dismantler = new Dismantler({
      ...options,
      elsewhere: async (key) => traffic.markedElsewhere(key),
      onWrite: (_key, _what, answer) => answer && traffic.put(answer, 'write'),
    });
  }

  /**
   * When to come again, milliseconds from now; undefined when nothing is left to do.
   * @param key of the Deployment
   * @param hurried as for `Dismantler`
   */
  dismantle(key: string, hurried = false): Promise<number | undefined> {
    return this.#goOn(key, () => this.#dismantler.dismantle(key, { hurried }));
  }

  /** The same where the Deployment stays enrolled, and only the Canary of its release is gone. */
  abandon(key: string, hurried: boolean): Promise<number | undefined> {
    return this.#goOn(key, () => this.#dismantler.abandon(key, { hurried }));
  }

  async #goOn(key: string, take: () => Promise<Progress>): Promise<number | undefined> {
    await this.#world.forget(key);
    const { is } = await take();
    return is === 'done' ? undefined : RETRY_MS;
  }
}
