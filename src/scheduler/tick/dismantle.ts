import type { Dismantler } from '../../dismantle/dismantle.ts';
import type { World } from '../world/world.ts';

const RETRY_MS = 500;

/** Takes Headgate off a Deployment that opted out, or whose Canary somebody deleted, as an uninstall does. */
export class WatchedDismantler {
  readonly #world: World;
  readonly #dismantler: Dismantler;

  constructor(world: World, dismantler: Dismantler) {
    this.#world = world;
    this.#dismantler = dismantler;
  }

  /** When to come again, milliseconds from now; undefined when nothing is left to do. @param key of the Deployment */
  async dismantle(key: string): Promise<number | undefined> {
    await this.#world.forget(key);
    const { is } = await this.#dismantler.dismantle(key, { hurried: false });
    return is === 'done' ? undefined : RETRY_MS;
  }
}
