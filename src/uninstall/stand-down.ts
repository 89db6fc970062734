import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from '../cluster/client.ts';
import { isNotFound } from '../cluster/errors.ts';
import { KINDS, pathOf } from '../cluster/kinds.ts';
import type { Logger } from '../telemetry/log.ts';

export interface StandDownOptions {
  client: KubeClient;
  log: Logger;
  /** Where Headgate runs. */
  namespace: string;
  /** When to give up, in milliseconds since the epoch. */
  deadline: number;
}

const CONFIGURATION = 'headgate';
const SCHEDULER = 'headgate-scheduler';
const WEBHOOK = 'headgate-webhook';
const SCHEDULER_PODS = 'app.kubernetes.io/name=headgate,app.kubernetes.io/component=scheduler';
const POLL_MS = 500;
/** A scheduler ends within its grace period; one on a node that is gone never does. */
const LONGEST_STOP_MS = 60_000;

/**
 * Nothing new is held from here on, and nobody but this process acts: first the webhook's configuration goes (the policies
 * then refuse new templates of enrolled Deployments until they go too), then the schedulers stop. Webhooks are told to end
 * before: they would make the configuration again.
 */
export async function standDown(options: StandDownOptions): Promise<void> {
  await persistently(options, () => endWebhooks(options));
  await persistently(options, () => closeAdmission(options));
  await persistently(options, () => stopSchedulers(options));
}

/** They serve on for their shutdown delay, and from its beginning bring nothing back. */
async function endWebhooks({ client, namespace }: StandDownOptions): Promise<void> {
  const path = pathOf(KINDS.deployments, namespace, WEBHOOK);
  if ((await client.find(path)) !== undefined) await client.patch(path, 'merge', { spec: { replicas: 0 } });
}

async function closeAdmission({ client, log }: StandDownOptions): Promise<void> {
  await client.delete(pathOf(KINDS.mutatingwebhookconfigurations, undefined, CONFIGURATION)).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
  });
  log.info('the webhook is not asked any more: nothing new is held');
}

async function stopSchedulers({ client, log, namespace, deadline }: StandDownOptions): Promise<void> {
  const path = pathOf(KINDS.deployments, namespace, SCHEDULER);
  if ((await client.find(path)) === undefined) return;
  await client.patch(path, 'merge', { spec: { replicas: 0 } });
  const until = Math.min(deadline, Date.now() + LONGEST_STOP_MS);
  for (;;) {
    const { items } = await client.list(pathOf(KINDS.pods, namespace), { labelSelector: SCHEDULER_PODS });
    if (items.length === 0) break;
    if (Date.now() >= until) {
      log.warn(
        { pods: items.map(({ metadata }) => metadata.name) },
        'schedulers do not end; it goes on without waiting',
      );
      return;
    }
    await sleep(POLL_MS);
  }
  log.info('the schedulers have stopped');
}

/** Rights that were just given may need a moment to be known everywhere. */
export async function persistently<T>({ log, deadline }: StandDownOptions, attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() >= deadline) throw error;
      log.warn({ err: error }, 'it is tried again');
      await sleep(POLL_MS);
    }
  }
}
