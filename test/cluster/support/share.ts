import type { Load } from '../../rig/rig.ts';
import { waitFor } from '../../rig/rig.ts';
import type { App } from './app.ts';

/** A time in which Envoy had one weight for the canary, epoch ms. */
export interface Step {
  weight: number;
  from: number;
  to: number;
}

/** Watches the weights that Envoy has for an app, until stopped: what was really in force, and when. */
export class WeightWatch {
  readonly steps: Step[] = [];
  readonly #app: App;
  #stopped = false;
  #done: Promise<void> = Promise.resolve();

  constructor(app: App) {
    this.#app = app;
  }

  start(): this {
    this.#done = this.#run();
    return this;
  }

  async stop(): Promise<Step[]> {
    this.#stopped = true;
    await this.#done;
    return this.steps;
  }

  async #run(): Promise<void> {
    await waitFor('the watch of the weights to be stopped', () => this.#look(), { timeoutMs: 300_000, everyMs: 50 });
  }

  async #look(): Promise<boolean> {
    const asked = Date.now();
    const weight = (await this.#app.envoyWeight())[`${this.#app.name}-canary`] ?? 0;
    const last = this.steps.at(-1);
    if (last?.weight === weight) last.to = asked;
    else this.steps.push({ weight, from: Date.now(), to: Date.now() });
    return this.#stopped;
  }
}

export interface ShareCheck {
  weight: number;
  requests: number;
  share: number;
  /** Distance from the weight in standard deviations of a binomial. */
  sigmas: number;
}

/** What the canary got of what was sent and answered within a step, beside what it was to get. */
export function shareOf(load: Load, { weight, from, to }: Step, tag: string): ShareCheck {
  const within = load.samples.filter(({ at, ms, revision }) => revision && at >= from && at + ms <= to);
  return compare(weight, within.filter(({ revision }) => revision === tag).length, within.length);
}

/** The steps until the hold was lifted: from then on the Deployment's own pods answer as the new version too. */
export function underHold({ rig, name, namespace }: App, steps: readonly Step[]): Step[] {
  const patches = rig.audit.find({ verb: 'patch', resource: 'deployments', name, namespace });
  const liftedAt = patches.find(({ userAgent }) => userAgent.startsWith('headgate-'))?.at ?? 0;
  return steps.map((step) => ({ ...step, to: Math.min(step.to, liftedAt) }));
}

/** All steps together: the sum of what was to come beside the sum of what came. */
export function shareOver(checks: readonly ShareCheck[]): number {
  const wanted = checks.reduce((sum, { weight, requests }) => sum + (weight / 100) * requests, 0);
  const variance = checks.reduce(
    (sum, { weight, requests }) => sum + (weight / 100) * (1 - weight / 100) * requests,
    0,
  );
  const got = checks.reduce((sum, { share, requests }) => sum + share * requests, 0);
  return Math.abs(got - wanted) / Math.sqrt(variance || 1);
}

function compare(weight: number, got: number, requests: number): ShareCheck {
  const p = weight / 100;
  const sigma = Math.sqrt(requests * p * (1 - p)) || 1;
  return { weight, requests, share: requests > 0 ? got / requests : 0, sigmas: Math.abs(got - p * requests) / sigma };
}
