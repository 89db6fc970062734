import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { giveWay } from './give-way.ts';
import { type Judgement, judgeReview, refuseLateReview } from './judge.ts';
import { judgeUpdate, passLateUpdate, type UpdateRule } from './judge-update.ts';
import { keepRoute, type RouteKeeper } from './keep-route.ts';
import { pinPod } from './pin-pod.ts';
import { ADMISSION_DECISIONS, type AdmissionDecision } from './request.ts';
import { stampCommand } from './stamp-command.ts';

export interface AdmissionOptions {
  /** User name of the scheduler. */
  schedulerUser: string;
  /** What divides traffic. */
  provider: RouteKeeper;
  /** Milliseconds since the epoch. */
  now: () => number;
  /**
   * Tells the scheduler where there is work, by `namespace/name` of the Deployment. A hint: it is given after the answer
   * was sent, never for a dry run, nobody waits for it, and it may fail.
   */
  enqueue: (key: string) => void | Promise<void>;
  log: Logger;
  metrics: Pick<Metrics, 'admissionDuration'>;
  onEnqueueError: (error: unknown) => void;
}

/** An object may have 3 MB, and an update brings two of them. */
const BODY_LIMIT = 8 * 1024 * 1024;

/** Answers a review, in time or too late. */
interface Judge {
  /** What the log calls the object. */
  noun: 'deployment' | 'route' | 'generated' | 'canary' | 'pod';
  now: (body: unknown) => Judgement;
  late: (body: unknown) => Judgement;
}

/**
 * `POST /mutate` and `POST /validate` judge Deployments and Canaries by what they are sent, `POST /routes` what a user's routes
 * become, `POST /generated` whose it is what Headgate made, `POST /commands` who wrote a command, and `POST /pods` which
 * snapshots a pod runs on.
 */
export async function admissionPlugin(app: FastifyInstance, options: AdmissionOptions): Promise<void> {
  // Prometheus sees no increase in a series that begins with its first answer.
  for (const outcome of ADMISSION_DECISIONS) options.metrics.admissionDuration.zero({ outcome });
  const arrivals = new WeakMap<FastifyRequest, number>();
  const waited = (request: FastifyRequest): number => performance.now() - (arrivals.get(request) ?? 0);
  app.addHook('onRequest', async (request) => {
    arrivals.set(request, performance.now());
  });
  const handlerOf =
    (judge: Judge) =>
    (request: FastifyRequest, reply: FastifyReply): object => {
      const judgement = judge[isLate(request, waited(request)) ? 'late' : 'now'](request.body);
      reply.raw.once('finish', () => tell(judgement, { noun: judge.noun, seconds: waited(request) / 1_000 }, options));
      return judgement.answer;
    };
  for (const [path, judge] of Object.entries(judgesOf(options))) {
    app.post(path, { bodyLimit: BODY_LIMIT }, handlerOf(judge));
  }
}

function judgesOf({ schedulerUser, provider, now }: AdmissionOptions): Record<string, Judge> {
  const gate: Judge = {
    noun: 'deployment',
    now: (body) => judgeReview(body, { schedulerUser, now: now() }),
    late: refuseLateReview,
  };
  const updates = (noun: Judge['noun'], rule: UpdateRule): Judge => ({
    noun,
    now: (body) => judgeUpdate(body, schedulerUser, rule),
    late: passLateUpdate,
  });
  return {
    '/mutate': gate,
    '/validate': gate,
    '/routes': updates('route', keepRoute(provider)),
    '/generated': updates('generated', giveWay),
    '/commands': updates('canary', stampCommand),
    '/pods': updates('pod', pinPod),
  };
}

/** The API server says how long it waits; while a busy process read the body, that time may have passed. */
function isLate(request: FastifyRequest, waitedMs: number): boolean {
  const { timeout } = request.query as { timeout?: unknown };
  return typeof timeout === 'string' && waitedMs >= milliseconds(timeout);
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** A duration as Go writes it, such as `4.5s` or `1m0s`; anything else never ends. */
function milliseconds(text: string): number {
  if (!/^(\d+(\.\d+)?(h|ms|m|s))+$/.test(text)) return Number.POSITIVE_INFINITY;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/gy)];
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNITS[unit ?? ''] ?? 0), 0);
}

const QUIET: ReadonlySet<AdmissionDecision> = new Set(['pass', 'keep', 'restart', 'weights', 'pins']);

/** Names and hashes, never what an object says. */
function tell(
  judgement: Judgement,
  { noun, seconds }: { noun: Judge['noun']; seconds: number },
  options: AdmissionOptions,
): void {
  const { admission, uid, about, user, dryRun, error } = judgement;
  const { decision } = admission;
  options.metrics.admissionDuration.observe({ outcome: decision }, seconds);
  const queueKey = admission.kind === 'deny' || dryRun ? undefined : admission.queueKey;
  if (queueKey !== undefined) enqueue(queueKey, options);
  const revision = admission.kind === 'deny' ? undefined : admission.revision;
  const entry = { uid, [noun]: about, user, dryRun, decision, revision };
  if (error !== undefined) options.log.error({ ...entry, err: error }, 'a request could not be judged');
  else options.log[QUIET.has(decision) ? 'debug' : 'info'](entry, 'judged');
}

function enqueue(key: string, options: AdmissionOptions): void {
  const given = async () => options.enqueue(key);
  given().catch(options.onEnqueueError);
}
