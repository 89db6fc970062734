import type { Redis } from 'ioredis';
import type { KubeClient } from '../../cluster/client.ts';
import { KINDS, pathOf } from '../../cluster/kinds.ts';
import type { Clock } from '../../cluster/server-clock.ts';
import type { HookCaller } from '../../hooks/call.ts';
import type { CallGuard } from '../../hooks/call-guard.ts';
import { ANSWER_MS } from '../../notify/pace.ts';
import { sendResultOf } from '../../notify/send-result.ts';
import type { AlertSettings } from '../../notify/settings.ts';
import { identity } from '../../notify/target.ts';
import { CANARY } from '../../rollout/keys.ts';
import { type Deployment, keyIn } from '../../rollout/kube.ts';
import { type Canary, targetOf } from '../../rollout/machine/canary.ts';
import { fact } from '../../rollout/machine/facts.ts';
import { readOptIn } from '../../rollout/spec/annotations/opt-in.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { EventRecorder } from '../tick/event-recorder.ts';
import type { World } from '../world/world.ts';
import type { Delivery, Outstanding } from './delivery.ts';
import { type AttemptResult, Dispatcher, type DispatcherOptions } from './dispatcher.ts';
import { guardedSend } from './guarded-send.ts';
import { NoticeQueue } from './notice-queue.ts';
import { NoticeSender } from './notice-sender.ts';
import { Receivers } from './receivers.ts';

export interface WiringOptions {
  client: KubeClient;
  world: World;
  settings: AlertSettings;
  /** Calls `event` hooks, as far as hooks may be called. */
  caller: Pick<HookCaller, 'ask'>;
  /** Who may be called for the users of AlertProviders. */
  guard: CallGuard;
  /** Where Headgate itself runs. */
  namespace: string;
  /** Name of the scheduler's own queue: that of notices follows from it. */
  queue: string;
  posting: Redis;
  working: Redis;
  log: Logger;
  metrics: Metrics;
  events: EventRecorder;
  clock: Clock;
  /** Runs a tick for a Deployment in this process. */
  runTick: (key: string) => Promise<void>;
  onError: (error: unknown) => void;
}

/** The queue of notices, from the name of the scheduler's own. */
export const noticesOf = (queue: string): string => `${queue}-notices`;

/** Wires the sender to the queue, the receivers and the world. */
export function makeNoticeSender(options: WiringOptions): NoticeSender {
  const { client, world, settings, caller, guard, namespace, posting, working, onError, runTick } = options;
  const { clusterName, proxy, receivers: defaults } = settings;
  const receivers = new Receivers({ client, namespace, defaults });
  const name = noticesOf(options.queue);
  return new NoticeSender({
    queue: (run) => new NoticeQueue({ name, posting, working, run, onError }),
    dispatcher: new Dispatcher({ receivers, clusterName, send: guardedSend(guard, proxy), sendEvent: sendVia(caller) }),
    currentRecord: (key) => currentRecord(world, key),
    watchedRecord: (delivery) => world.records.get(recordKey(delivery)),
    fetchRecord: ({ key, record }) => client.find<Canary>(pathOf(KINDS.canaries, namespaceOf(key), record)),
    runTick,
    onAttempt: (sent, result) => report(options, sent, result),
    onError,
    clock: options.clock,
  });
}

/** The records whose outbox is not empty, as far as they are the ones that their Deployments have at present. */
export function pendingOutboxes(world: World): [key: string, record: Canary][] {
  const waiting = world.records.list().filter(({ status }) => (status?.outbox ?? []).length > 0);
  return waiting
    .map((record): [string, Canary] => [targetOf(record), record])
    .filter(([key, record]) => currentRecord(world, key)?.metadata.uid === record.metadata.uid);
}

const namespaceOf = (key: string): string => key.slice(0, key.indexOf('/'));
const recordKey = ({ key, record }: Delivery): string => keyIn(namespaceOf(key), record);

/** The record that a Deployment names at present; one that it named before is not in use any more. */
function currentRecord(world: World, key: string): Canary | undefined {
  const deployment: Deployment | undefined = world.enrolled.get(key);
  if (deployment === undefined) return undefined;
  const { name, annotations } = deployment.metadata;
  const optIn = readOptIn(annotations?.[CANARY] ?? '');
  return world.records.get(keyIn(namespaceOf(key), optIn.state === 'canary' ? optIn.name : name));
}

/** Calls a hook once: as with notifications, the queue repeats what fails, and none may take longer than a receiver of those. */
export const sendVia =
  (caller: Pick<WiringOptions['caller'], 'ask'>): DispatcherOptions['sendEvent'] =>
  async ({ type, url, timeoutMs: asked }, body, id) => {
    const timeoutMs = Math.min(asked, ANSWER_MS);
    const question = { type, url, namespace: body.namespace, timeoutMs, retries: 0, body, headers: identity(id) };
    const { outcome, message, answer } = await caller.ask(question, NEVER);
    const why = `it ${message}`;
    if (answer === undefined) return { outcome: outcome === 'forbidden' ? 'refused' : 'retry', why };
    const result = sendResultOf(answer, false, Date.now());
    return result.outcome === 'delivered' ? result : { ...result, why };
  };

const NEVER = new AbortController().signal;

function report(
  { log, metrics, events }: WiringOptions,
  { record, notice, to }: Outstanding,
  result: AttemptResult,
): void {
  const key = targetOf(record);
  const { type, outcome } = result;
  // Those that are alerted on have a series before their first event, else their first increase is not seen.
  for (const bad of ['refused', 'lost']) metrics.notices.inc({ type, outcome: bad }, 0);
  metrics.notices.inc({ type, outcome });
  const about = { canary: key, receiver: to, notice: notice.id, reason: notice.reason };
  if (outcome === 'retry') log.info({ ...about, why: result.why }, 'a notification was not taken; it is sent again');
  if (outcome !== 'refused' && outcome !== 'lost') return;
  const message = `${key.replace(/(.*)\/(.*)/, '$2.$1')}: the notification of ${notice.reason} does not reach ${to}: ${result.why}`;
  events.recordFacts(record, [fact('NotificationFailed', message, notice.revision)], `${notice.id}/${to}`);
}
