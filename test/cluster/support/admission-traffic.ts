import { setTimeout as sleep } from 'node:timers/promises';
import { revisionOf } from '../../../src/rollout/workload/template.ts';
import { ApiError, type Json, type Rig } from '../../rig/rig.ts';

export interface Admitted {
  /** Epoch ms. */
  at: number;
  ms: number;
  /** What the API server said when it did not admit the change; undefined when it did. */
  refused?: string;
  /** Whether the answer shows that the webhook judged it: the change is held. */
  held: boolean;
  /** For one that was refused: whether the same change passed when it was sent again. */
  retried?: boolean;
}

const TRIES = 20;
const LONGEST_MS = 120_000;

/**
 * Changes of pod templates of enrolled Deployments, at a steady rate: each one needs the webhook. They have no pods. One
 * change at a time for each Deployment, as conflicts would make the API server ask again and again.
 */
export class AdmissionTraffic {
  readonly admitted: Admitted[] = [];
  readonly #rig: Rig;
  readonly #namespace: string;
  readonly #working: Promise<unknown>;
  #stopped = false;

  private constructor(rig: Rig, namespace: string, names: readonly string[], rps: number) {
    const paths = names.map((name) => `${collectionOf(namespace)}/${name}`);
    this.#rig = rig;
    this.#namespace = namespace;
    this.#working = Promise.all(paths.map((path) => this.#work(path, (paths.length * 1_000) / rps)));
  }

  static async start(
    rig: Rig,
    { rps, deployments = 4 }: { rps: number; deployments?: number },
  ): Promise<AdmissionTraffic> {
    const namespace = await rig.createNamespace('traffic');
    const names = Array.from({ length: deployments }, (_, index) => `app-${index}`);
    await Promise.all(names.map((name) => rig.api.create(collectionOf(namespace), deploymentOf(name))));
    return new AdmissionTraffic(rig, namespace, names, rps);
  }

  /** Waits for the answers that are still to come. */
  async stop(): Promise<readonly Admitted[]> {
    this.#stopped = true;
    await this.#working;
    await this.#rig.kubectl(['delete', 'namespace', this.#namespace, '--wait=false', '--ignore-not-found']);
    return this.admitted;
  }

  async #work(path: string, everyMs: number): Promise<void> {
    const startedAt = Date.now();
    for (let number = 0; !this.#stopped && Date.now() - startedAt < LONGEST_MS; number += 1) {
      const due = Date.now() + everyMs;
      await this.#change(path, `2.0.${number}`);
      await sleep(Math.max(due - Date.now(), 0));
    }
  }

  async #change(path: string, tag: string): Promise<void> {
    const first = await this.#send(path, tag);
    this.admitted.push(first);
    if (first.refused === undefined) return;
    for (let tries = 0; tries < TRIES && !first.retried; tries += 1) {
      await sleep(100);
      first.retried = (await this.#send(path, tag)).held;
    }
  }

  async #send(path: string, tag: string): Promise<Admitted> {
    const at = Date.now();
    const containers = [{ name: 'podinfo', image: `podinfo:${tag}` }];
    try {
      const { metadata, spec } = await this.#rig.api.patch(
        path,
        { spec: { template: { spec: { containers } } } },
        'strategic',
      );
      // An older hold says nothing of this change.
      const hold = JSON.parse(metadata.annotations['headgate.dev/held'] ?? '{}');
      const held = spec.paused === true && hold.revision === revisionOf(spec.template);
      return { at, ms: Date.now() - at, held };
    } catch (error) {
      const refused = error instanceof ApiError ? error.message : String(error);
      return { at, ms: Date.now() - at, refused, held: false };
    }
  }
}

const collectionOf = (namespace: string): string => `/apis/apps/v1/namespaces/${namespace}/deployments`;

function deploymentOf(name: string): Json {
  const labels = { app: name };
  const containers = [{ name: 'podinfo', image: 'podinfo:1.4.0', ports: [{ name: 'http', containerPort: 9898 }] }];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels: { 'headgate.dev/enrolled': 'true' }, annotations: { 'headgate.dev/canary': 'true' } },
    spec: { replicas: 0, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  };
}
