import type { KubeClient } from '../../cluster/client.ts';
import { isLostRace, isNotFound } from '../../cluster/errors.ts';
import { carryOut, Drains } from '../../dismantle/carry-out.ts';
import { nextStep } from '../../dismantle/next-step.ts';
import { isRouted, readRemains } from '../../dismantle/remains.ts';
import type { World } from '../world/world.ts';

const MOST_STEPS = 20;
const RETRY_MS = 500;

/**
 * Takes Headgate off a Deployment that opted out, or whose Canary somebody deleted, as an uninstall does: traffic and
 * template go back to what runs, then what was made for the canary goes. Removing Headgate costs no request.
 */
export class Dismantler {
  readonly #client: KubeClient;
  readonly #world: World;
  readonly #drains: Drains;

  constructor(client: KubeClient, world: World, settleMs: number) {
    this.#client = client;
    this.#world = world;
    this.#drains = new Drains(settleMs);
  }

  /** When to come again, milliseconds from now; undefined when nothing is left to do. @param key of the Deployment */
  async dismantle(key: string): Promise<number | undefined> {
    await this.#world.forget(key);
    for (let step = 0; step < MOST_STEPS; step += 1) {
      const inMs = await this.#step(key);
      if (inMs !== 0) return inMs;
    }
    return RETRY_MS;
  }

  /** 0: something was done, and more may follow. */
  async #step(key: string): Promise<number | undefined> {
    const seen = await readRemains(this.#client, key);
    const drained = this.#drains.isDrained(key, isRouted(seen), Date.now());
    const step = nextStep(seen, { drained, hurried: false });
    if (step.do === 'wait') return RETRY_MS;
    if (step.do === 'done') {
      this.#drains.forget(key);
      return undefined;
    }
    try {
      const answer = await carryOut(this.#client, step);
      if (answer?.kind === 'VirtualService') this.#world.routes.remove(key, answer.metadata.resourceVersion ?? '');
    } catch (error) {
      if (!isLostRace(error) && !isNotFound(error)) throw error;
    }
    return 0;
  }
}
