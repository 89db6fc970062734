import { isLostRace, isNotFound } from '../cluster/errors.ts';
import { writeChange } from '../cluster/write-change.ts';
import type { KubeObject } from '../rollout/kube.ts';
import { Drains } from './drains.ts';
import { abandonedStep, isRouted, nextStep, type Step } from './next-step.ts';
import { type Reader, type Remains, readRemains } from './remains.ts';

export interface DismantlerOptions extends Reader {
  /** How long a route needs to reach every proxy, in milliseconds. */
  settleMs: number;
  /** Is told of every write. @param key of the Deployment @param answer the object as it is then; undefined: deleted */
  onWrite?: (key: string, what: string, answer: KubeObject | undefined) => void;
}

/** How far it came. */
export type Progress = { is: 'done' } | { is: 'waiting'; why: string };

type NextStep = (seen: Remains, drained: boolean) => Step;

/** More than it ever takes: whoever writes against it must not keep it going for ever. */
const MOST_STEPS = 20;

/**
 * Takes Headgate off Deployments, one write after the other: traffic and template go back to what runs, then what was made for
 * the canary goes. It may be cut off at any point and done again, by any process.
 */
export class Dismantler {
  readonly #options: DismantlerOptions;
  readonly #drains: Drains;

  constructor(options: DismantlerOptions) {
    this.#options = options;
    this.#drains = new Drains(options.settleMs);
  }

  /**
   * Goes on until nothing is left to do, or something has to be waited for.
   * @param key of the Deployment, `namespace/name`
   * @param hurried does not wait for all of the Deployment's pods: one that serves is enough
   * @throws KubeError
   */
  dismantle(key: string, { hurried }: { hurried: boolean }): Promise<Progress> {
    return this.#goOn(key, (seen, drained) => nextStep(seen, this.#options.provider, { drained, hurried }));
  }

  /** Takes away what a release has made whose Canary is gone; the Deployment stays enrolled. @throws KubeError */
  abandon(key: string, { hurried }: { hurried: boolean }): Promise<Progress> {
    return this.#goOn(key, (seen, drained) => abandonedStep(seen, this.#options.provider, { drained, hurried }));
  }

  async #goOn(key: string, next: NextStep): Promise<Progress> {
    for (let steps = 0; steps < MOST_STEPS; steps += 1) {
      const step = await this.#next(key, next);
      if (step.do === 'wait') return { is: 'waiting', why: step.why };
      if (step.do === 'done') {
        this.#drains.forget(key);
        return { is: 'done' };
      }
      await this.#write(key, step);
    }
    return { is: 'waiting', why: 'somebody else writes to its objects too' };
  }

  async #next(key: string, next: NextStep): Promise<Step> {
    const { provider } = this.#options;
    const seen = await readRemains(this.#options, key);
    const drained = this.#drains.isDrained(key, isRouted(seen, provider), performance.now());
    return next(seen, drained);
  }

  /** Lost to somebody who was there in between: the next look finds what is left. */
  async #write(key: string, { change, what }: Extract<Step, { do: 'write' }>): Promise<void> {
    const { client, onWrite } = this.#options;
    try {
      onWrite?.(key, what, await writeChange(client, change));
    } catch (error) {
      if (!isLostRace(error) && !isNotFound(error)) throw error;
    }
  }
}
