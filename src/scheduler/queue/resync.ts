import type { KubeClient } from '../../cluster/client.ts';
import { KINDS, pathOf } from '../../cluster/kinds.ts';
import { type Coverage, inPages } from '../../cluster/namespaces.ts';
import type { Clock } from '../../cluster/server-clock.ts';
import { CANARY, ENROLLED, HELD } from '../../rollout/keys.ts';
import { type Deployment, keyOf } from '../../rollout/kube.ts';
import { targetOf } from '../../rollout/machine/canary.ts';
import type { World } from '../world/world.ts';
import { tellExcluded } from './excluded-records.ts';
import { hasWork } from './has-work.ts';

export interface ResyncOptions extends Coverage {
  client: KubeClient;
  world: World;
  intervalMs: number;
  clock: Clock;
  wake: (key: string) => void;
  /** Sends the notices of all outboxes that are not empty. */
  sendNotices: () => void;
  /** How many Deployments have a revision that is held. */
  onCount: (held: number) => void;
  /** A Canary was followed, and its namespace is excluded since. */
  onExcluded: (key: string) => void;
  onError: (error: unknown) => void;
}

/** Deployments that were annotated while the webhook was away are looked for this often. */
const SWEEP_MS = 300_000;

/**
 * Finds work for which no wake-up came: at start, when Redis is back, and periodically. A Deployment that is woken without
 * need costs a tick from the watches' stores, and no request.
 */
export class Resync {
  readonly #options: ResyncOptions;
  #timers: NodeJS.Timeout[] = [];

  constructor(options: ResyncOptions) {
    this.#options = options;
  }

  start(): void {
    const { intervalMs, onError } = this.#options;
    const sweep = () => void this.#sweep().catch(onError);
    this.#timers = [
      setInterval(() => this.run(), intervalMs),
      setInterval(sweep, SWEEP_MS * (0.9 + Math.random() * 0.2)),
    ];
    this.run();
    sweep();
    const { client, onExcluded } = this.#options;
    void tellExcluded(client, this.#options, onExcluded).catch(onError);
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  /** Wakes every Deployment that has work, and has notices sent that still wait in an outbox. */
  run(): void {
    const { world, wake, sendNotices, onCount } = this.#options;
    sendNotices();
    const enrolled = world.enrolled.list();
    onCount(enrolled.filter(({ metadata }) => metadata.annotations?.[HELD] !== undefined).length);
    for (const deployment of enrolled) {
      const key = keyOf(deployment);
      if (this.#hasWork(key, deployment)) wake(key);
    }
    for (const key of world.records.list().map(targetOf)) {
      if (!world.enrolled.get(key)) wake(key);
    }
  }

  #hasWork(key: string, deployment: Deployment): boolean {
    const { world, clock } = this.#options;
    const standing = { deployment, records: world.records.about(key), hasRoute: world.traffic.hasRoute(key) };
    return hasWork(standing, clock());
  }

  /** Gives annotated Deployments the label by which the watch finds them, where the webhook did not. */
  async #sweep(): Promise<void> {
    const { client } = this.#options;
    const query = { labelSelector: `!${ENROLLED}` };
    for await (const { metadata } of inPages<Deployment>(client, KINDS.deployments, this.#options, query)) {
      if (metadata.annotations?.[CANARY] === undefined) continue;
      const path = pathOf(KINDS.deployments, metadata.namespace, metadata.name);
      await client.patch(path, 'merge', { metadata: { labels: { [ENROLLED]: 'true' } } });
    }
  }
}
