import { setTimeout as sleep } from 'node:timers/promises';
import type { Json, Rig } from '../../rig/rig.ts';
import type { App } from './app.ts';
import type { Step } from './share.ts';

const PATH = '/apis/networking.istio.io/v1/virtualservices';

/**
 * Every state that the VirtualServices of the cluster had, from outside: the order comes from a watch, the time of each
 * from the API server's audit log. However busy this process is, a time at a weight is measured to the millisecond.
 */
export class RouteLog {
  readonly #rig: Rig;
  readonly #since = Date.now();
  readonly #stopping = new AbortController();
  /** By namespace: the canary's weight in each version, oldest first. */
  readonly #versions = new Map<string, { version: string; weight: number }[]>();
  readonly #running: Promise<void>;

  /** Open it before an app is enrolled. */
  constructor(rig: Rig) {
    this.#rig = rig;
    this.#running = this.#follow();
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /** The weights that the app's route had, one after the other, and since when; the last one has no end. */
  steps(app: App): Step[] {
    const versions = this.#versions.get(app.namespace) ?? [];
    const times = this.#writes(app, versions.length);
    if (times.length !== versions.length) {
      throw new Error(`${app.namespace}: ${times.length} writes of the route, ${versions.length} versions seen`);
    }
    const steps: Step[] = [];
    versions.forEach(({ weight }, index) => {
      const at = times[index] ?? Number.NaN;
      const last = steps.at(-1);
      if (last) last.to = at;
      if (last?.weight !== weight) steps.push({ weight, from: at, to: Number.POSITIVE_INFINITY });
    });
    return steps;
  }

  weights(app: App): number[] {
    return this.steps(app).map(({ weight }) => weight);
  }

  /** The same, of one that others write too, without the times: their dry runs, and writes that change nothing, make no version. */
  weightsSeen({ namespace }: App): number[] {
    const weights = (this.#versions.get(namespace) ?? []).map(({ weight }) => weight);
    return weights.filter((weight, index) => weight !== weights[index - 1]);
  }

  /**
   * When each write of the app's route came to the API server, epoch ms. One whose writer was killed meanwhile may have made a version,
   * and has a code all the same that says it was not done in time.
   * @param count how many versions there are
   */
  #writes({ namespace }: App, count: number): number[] {
    const filter = { resource: 'virtualservices', namespace, verb: /^(create|patch|update)$/, sinceMs: this.#since };
    const written = this.#rig.audit.find(filter);
    const answered = written.filter(({ code }) => code === 200 || code === 201);
    const cutOff = answered.length === count ? [] : written.filter(({ code }) => code === 504);
    return [...answered, ...cutOff].map(({ at }) => at).toSorted((a, b) => a - b);
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#watch().catch(() => undefined);
      if (!signal.aborted) await sleep(100);
    }
  }

  /** A list tells the present versions, the watch those after it, until it breaks. */
  async #watch(): Promise<void> {
    const { items, metadata } = await this.#rig.api.get(PATH);
    for (const item of items) this.#take(item);
    const events = this.#rig.api.watch(PATH, metadata.resourceVersion, this.#stopping.signal);
    for await (const { type, object } of events) {
      if (type === 'ERROR') return;
      if (type === 'ADDED' || type === 'MODIFIED') this.#take(object);
    }
  }

  #take({ metadata, spec }: Json): void {
    const versions = this.#versions.get(metadata.namespace) ?? [];
    const version: string = metadata.resourceVersion;
    if (versions.some((known) => known.version === version)) return;
    this.#versions.set(metadata.namespace, [...versions, { version, weight: canaryWeight(spec) }]);
  }
}

function canaryWeight(spec: Json): number {
  const routes: Json[] = spec.http?.[0]?.route ?? [];
  return routes.find(({ destination }) => destination.host.split('.')[0].endsWith('-canary'))?.weight ?? 0;
}

/** The shortest time that a weight above zero was in force, ms. */
export function shortestDwell(steps: readonly Step[]): number {
  return Math.min(...steps.filter(({ weight }) => weight > 0).map(({ from, to }) => to - from));
}
