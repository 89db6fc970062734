import type { KubeClient } from '../cluster/client.ts';
import type { KubeObject } from '../rollout/kube.ts';
import type { Step } from './next-step.ts';

/** A step that writes. */
export type Write = Extract<Step, { do: 'patch' | 'delete' }>;

/** Makes one write of a step; what came back of a patch. @throws KubeError when somebody was there in between */
export async function carryOut(client: KubeClient, step: Write): Promise<KubeObject | undefined> {
  if (step.do === 'patch') return client.patch(step.path, 'json', step.patch);
  await client.delete(step.path, { uid: step.uid, propagation: 'Background' });
  return undefined;
}

/** How long the route of a Deployment has been its user's, so that its canary gets nothing any more. */
export class Drains {
  readonly #settleMs: number;
  readonly #since = new Map<string, number>();

  constructor(settleMs: number) {
    this.#settleMs = settleMs;
  }

  /** @param routed something may still be sent to the canary */
  isDrained(key: string, routed: boolean, now: number): boolean {
    if (routed) this.#since.delete(key);
    else if (!this.#since.has(key)) this.#since.set(key, now);
    return now - (this.#since.get(key) ?? now) >= this.#settleMs;
  }

  forget(key: string): void {
    this.#since.delete(key);
  }
}
