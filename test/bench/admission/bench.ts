import { metricOf } from '../../cluster/support/scheduler-metrics.ts';
import type { Product } from '../../rig/product.ts';
import { type Rig, waitFor } from '../../rig/rig.ts';
import { builtProduct } from '../support/built-product.ts';
import { cpuMs } from '../support/process-usage.ts';
import { Clients } from './clients.ts';
import { NoopWebhook } from './noop.ts';
import { orderOf } from './order.ts';
import type { Cost, Results, Round } from './results.ts';
import { changeOf, deploy, isFrom, ofVariants, separate, VARIANTS, type Variant } from './variants.ts';

/** So many that the controllers have seen a change before the next of the same Deployment comes. */
const DEPLOYMENTS = 64;

export interface BenchOptions {
  /** In a block. */
  requests: number;
  mostClients: number;
}

/**
 * Short blocks of requests of each variant take turns, so that whatever else the machine does meets all of them alike. There is
 * no scheduler: the variants without Headgate have none at work either.
 */
export class Bench {
  readonly #rig: Rig;
  readonly #options: BenchOptions;
  readonly #product: Product;
  readonly #noop: NoopWebhook;
  readonly #clients: Clients;
  #paths = ofVariants((): string[] => []);
  #version = 0;

  constructor(rig: Rig, options: BenchOptions) {
    this.#rig = rig;
    this.#options = options;
    this.#product = builtProduct(rig, { schedulers: 0 });
    this.#noop = new NoopWebhook(rig);
    this.#clients = new Clients(rig, options.mostClients);
  }

  async start(): Promise<void> {
    await this.#product.start();
    await this.#noop.start();
    await separate(this.#rig, this.#noop);
    for (const variant of VARIANTS) this.#paths[variant] = await deploy(this.#rig, variant, DEPLOYMENTS);
  }

  async warmUp(rounds: number): Promise<void> {
    const { mostClients } = this.#options;
    await waitFor('every variant to answer as it should', () => this.#round(0, mostClients));
    for (let number = 1; number < rounds; number += 1) await this.#round(number, mostClients);
  }

  async measure(count: number, clients: number): Promise<Results> {
    const costs = ofVariants((): Cost => ({ apiServerMs: 0, webhookMs: 0, calls: 0 }));
    const rounds: Round[] = [];
    for (let number = 0; number < count; number += 1) rounds.push(await this.#round(number, clients, costs));
    const sent = count * this.#options.requests;
    for (const variant of VARIANTS) {
      costs[variant].apiServerMs /= sent;
      costs[variant].webhookMs /= sent;
      costs[variant].calls = await this.#callsOf(variant, clients);
    }
    return { rounds, clients, costs };
  }

  async stop(): Promise<void> {
    await this.#noop.stop();
    await this.#clients.close();
    await this.#product.stop();
  }

  /** Every variant once. */
  async #round(number: number, clients: number, costs?: Record<Variant, Cost>): Promise<Round> {
    const times = ofVariants((): number[] => []);
    for (const index of orderOf(VARIANTS.length, number)) {
      const variant = VARIANTS[index] ?? 'none';
      times[variant] = await this.#block(variant, clients, costs?.[variant]);
    }
    return times;
  }

  async #block(variant: Variant, clients: number, cost?: Cost): Promise<number[]> {
    const paths = this.#paths[variant];
    const changes = Array.from({ length: this.#options.requests }, () => {
      this.#version += 1;
      return changeOf(variant, paths[this.#version % paths.length] ?? '', this.#version);
    });
    const [server, webhook] = [this.#serverMs(), this.#webhookMs()];
    const answers = await this.#clients.send(changes, clients);
    if (cost) {
      cost.apiServerMs += this.#serverMs() - server;
      cost.webhookMs += this.#webhookMs() - webhook;
    }
    for (const { status, body } of answers) {
      if (status !== 200 || !isFrom(variant, JSON.parse(body))) throw new Error(`${variant}: ${status} ${body}`);
    }
    return answers.map(({ ms }) => ms);
  }

  #serverMs(): number {
    return cpuMs(this.#rig.file.pids['apiserver'] ?? 0);
  }

  /** Of all webhooks together: only that of the variant is at work. */
  #webhookMs(): number {
    const pids = [...this.#noop.pids, ...this.#product.webhooks.map(({ pid }) => pid)];
    return pids.reduce((sum, pid) => sum + cpuMs(pid), 0);
  }

  /** Calls of a webhook per request: more than one where the API server tries again. */
  async #callsOf(variant: Variant, clients: number): Promise<number> {
    const before = await this.#calls();
    await this.#block(variant, clients);
    return ((await this.#calls()) - before) / this.#options.requests;
  }

  async #calls(): Promise<number> {
    const reviews = this.#product.webhooks.map((webhook) =>
      metricOf(webhook, 'headgate_admission_duration_seconds_count'),
    );
    return (await Promise.all([this.#noop.calls(), ...reviews])).reduce((sum, calls) => sum + calls, 0);
  }
}
