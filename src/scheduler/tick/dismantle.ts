import { Dismantler, type DismantlerOptions } from '../../dismantle/dismantle.ts';
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

  /** When to come again, milliseconds from now; undefined when nothing is left to do. @param key of the Deployment */
  async dismantle(key: string): Promise<number | undefined> {
    await this.#world.forget(key);
    const { is } = await this.#dismantler.dismantle(key, { hurried: false });
    return is === 'done' ? undefined : RETRY_MS;
  }
}
