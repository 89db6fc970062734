import type { KubeClient } from '../../cluster/client.ts';
import { KINDS, pathOf } from '../../cluster/kinds.ts';
import { inPages, type Namespaces } from '../../cluster/namespaces.ts';
import { CANARY, ENROLLED, HELD } from '../../rollout/keys.ts';
import { type Deployment, keyOf } from '../../rollout/kube.ts';
import { targetOf } from '../../rollout/machine/canary.ts';
import { ACTIVE } from '../../rollout/machine/state.ts';
import type { World } from '../world/world.ts';

export interface ResyncOptions {
  client: KubeClient;
  world: World;
  namespaces: Namespaces;
  intervalMs: number;
  wake: (key: string) => void;
  /** Sees to everything that is still to be sent. */
  carry: () => void;
  /** How many Deployments have a revision that is held. */
  onCount: (held: number) => void;
  onError: (error: unknown) => void;
}

/** Deployments that were annotated while the webhook was away are looked for this often. */
const SWEEP_MS = 300_000;

/**
 * Finds the work that no hint told of: at start, when Redis is back, and periodically. What it wakes costs no request if
 * there is nothing to do.
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
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  /** Wakes everything that is under way, held, or not recorded, and sees to what is still to be sent. */
  run(): void {
    const { world, wake, carry, onCount } = this.#options;
    carry();
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

  #hasWork(key: string, { metadata: { annotations } }: Deployment): boolean {
    const records = this.#options.world.records.about(key);
    const known = records.some(({ status }) => status?.phase !== undefined);
    const busy = records.some(({ status }) => status?.phase !== undefined && ACTIVE.has(status.phase));
    const telling = records.some(({ status }) => status?.outbox !== undefined);
    return !known || busy || telling || annotations?.[HELD] !== undefined;
  }

  /** The label by which the watch finds a Deployment, for those that are annotated and have it not. */
  async #sweep(): Promise<void> {
    const { client, namespaces } = this.#options;
    const query = { labelSelector: `!${ENROLLED}` };
    for await (const { metadata } of inPages<Deployment>(client, KINDS.deployments, namespaces, query)) {
      if (metadata.annotations?.[CANARY] === undefined) continue;
      const path = pathOf(KINDS.deployments, metadata.namespace, metadata.name);
      await client.patch(path, 'merge', { metadata: { labels: { [ENROLLED]: 'true' } } });
    }
  }
}
