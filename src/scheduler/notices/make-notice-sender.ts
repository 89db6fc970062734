import type { Redis } from 'ioredis';
import type { KubeClient } from '../../cluster/client.ts';
import { KINDS, pathOf } from '../../cluster/kinds.ts';
import type { HookCaller } from '../../hooks/call.ts';
import { send } from '../../notify/send.ts';
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
import type { Errand } from './delivery.ts';
import { Dispatch, type DispatchOptions, type Sent } from './dispatcher.ts';
import { NoticeQueue } from './notice-queue.ts';
import { NoticeCourier } from './notice-sender.ts';
import { Receivers } from './receivers.ts';

export interface NoticesOptions {
  client: KubeClient;
  world: World;
  settings: AlertSettings;
  /** Calls `event` hooks, as far as hooks may be called. */
  caller: Pick<HookCaller, 'ask'>;
  /** Where Headgate itself runs. */
  namespace: string;
  /** Name of the scheduler's own queue: that of notices follows from it. */
  queue: string;
  posting: Redis;
  working: Redis;
  log: Logger;
  metrics: Metrics;
  events: EventRecorder;
  look: (key: string) => Promise<void>;
  onError: (error: unknown) => void;
}

/** The courier with everything that it needs. */
export function makeCourier(options: NoticesOptions): NoticeCourier {
  const { client, world, settings, caller, namespace, posting, working, onError, look } = options;
  const { clusterName, proxy, receivers: defaults } = settings;
  const receivers = new Receivers({ client, namespace, defaults });
  const post: DispatchOptions['send'] = (outgoing) => send(outgoing, { proxy });
  const name = `${options.queue}-notices`;
  return new NoticeCourier({
    queue: (run) => new NoticeQueue({ name, posting, working, run, onError }),
    dispatch: new Dispatch({ receivers, clusterName, send: post, sendEvent: sendVia(caller) }),
    recordOf: (key) => recordOf(world, key),
    origin: (errand) => world.records.get(recordKey(errand)),
    fetch: ({ key, record }) => client.find<Canary>(pathOf(KINDS.canaries, namespaceOf(key), record)),
    look,
    onSent: (record, errand, sent) => report(options, record, errand, sent),
    onError,
  });
}

/** Every outbox that is not empty, of the records that are in use. */
export function outboxes(world: World): [key: string, record: Canary][] {
  const waiting = world.records.list().filter(({ status }) => (status?.outbox ?? []).length > 0);
  return waiting
    .map((record): [string, Canary] => [targetOf(record), record])
    .filter(([key, record]) => recordOf(world, key)?.metadata.uid === record.metadata.uid);
}

const namespaceOf = (key: string): string => key.slice(0, key.indexOf('/'));
const recordKey = ({ key, record }: Errand): string => keyIn(namespaceOf(key), record);

/** The record that the Deployment names now: another that it had before is nobody's any more. */
function recordOf(world: World, key: string): Canary | undefined {
  const deployment: Deployment | undefined = world.enrolled.get(key);
  if (deployment === undefined) return undefined;
  const { name, annotations } = deployment.metadata;
  const optIn = readOptIn(annotations?.[CANARY] ?? '');
  return world.records.get(keyIn(namespaceOf(key), optIn.state === 'canary' ? optIn.name : name));
}

/** One call: it is made again from the queue, like a notification. */
const sendVia =
  (caller: NoticesOptions['caller']): DispatchOptions['sendEvent'] =>
  async ({ type, url, timeoutMs }, body, id) => {
    const question = { type, url, namespace: body.namespace, timeoutMs, retries: 0, body, headers: identity(id) };
    const { outcome, message } = await caller.ask(question, NEVER);
    if (outcome === 'passed') return { outcome: 'delivered' };
    return { outcome: outcome === 'forbidden' ? 'refused' : 'retry', why: `it ${message}` };
  };

const NEVER = new AbortController().signal;

function report({ log, metrics, events }: NoticesOptions, record: Canary, errand: Errand, sent: Sent): void {
  const { key, to, notice } = errand;
  const { type, outcome } = sent;
  metrics.notices.inc({ type, outcome });
  const about = { canary: key, receiver: to, notice: notice.id, reason: notice.reason };
  if (outcome === 'retry') log.info({ ...about, why: sent.why }, 'a notification was not taken; it is sent again');
  if (outcome !== 'refused' && outcome !== 'lost') return;
  const message = `${key.replace(/(.*)\/(.*)/, '$2.$1')}: the notification of ${notice.reason} does not reach ${to}: ${sent.why}`;
  events.recordFacts(record, [fact('NotificationFailed', message, notice.revision)], `${notice.id}/${to}`);
}
