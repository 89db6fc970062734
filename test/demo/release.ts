import { setTimeout as sleep } from 'node:timers/promises';
import type { Json, Load, Rig } from '../rig/rig.ts';
import type { Event, Snapshot } from './model.ts';
import { isFailed, isFrom, measureStep, noteWeight, percent, percentile, type Span } from './steps.ts';

export const NAMESPACE = 'demo';
export const NAME = 'podinfo';

const EVERY_MS = 200;
/** The figures of the moment are over this time. */
const WINDOW_MS = 4_000;
const LIMIT_MS = 240_000;
const ENDED = new Set(['Succeeded', 'Failed', 'Initialized']);

export interface ReleaseOptions {
  rig: Rig;
  load: Load;
  /** The version under release. */
  tag: string;
  onSnapshot: (snapshot: Snapshot) => void;
}

/** Looks at one release a few times a second, from outside: the Canary, the pods, the gateway's routes, the answers. */
export class Release {
  readonly #options: ReleaseOptions;
  readonly #spans: Span[] = [];
  /** What was there before this release: its predecessor's start, and the Events that tell of it. */
  #before: { startedAt: string | undefined; events: ReadonlySet<string> } = { startedAt: undefined, events: new Set() };

  constructor(options: ReleaseOptions) {
    this.#options = options;
  }

  /** The release that the Canary tells of now is not the one to look at. */
  async ignorePresent(): Promise<void> {
    const [canary, events] = await Promise.all([this.#canary(), this.#events()]);
    this.#before = { startedAt: startOf(canary), events: new Set(events.map(({ metadata }) => metadata.uid)) };
  }

  /** Resolves when the release has ended, with what was seen last; rejects when it takes too long. */
  async followToItsEnd(): Promise<Snapshot> {
    const deadline = Date.now() + LIMIT_MS;
    for (;;) {
      const snapshot = await this.#look();
      this.#options.onSnapshot(snapshot);
      if (ENDED.has(snapshot.phase)) return snapshot;
      if (Date.now() > deadline) throw new Error(`${NAME} is in phase ${snapshot.phase} after ${LIMIT_MS / 1_000} s`);
      await sleep(EVERY_MS);
    }
  }

  #canary(): Promise<Json> {
    return this.#options.rig.api.find(`/apis/headgate.dev/v1/namespaces/${NAMESPACE}/canaries/${NAME}`);
  }

  #events(): Promise<Json[]> {
    return this.#options.rig.api.list(`/api/v1/namespaces/${NAMESPACE}/events`);
  }

  async #look(): Promise<Snapshot> {
    const { rig, load, tag } = this.#options;
    const [canary, deployment, pods, events, weights]: Json[] = await Promise.all([
      this.#canary(),
      rig.api.get(`/apis/apps/v1/namespaces/${NAMESPACE}/deployments/${NAME}`),
      rig.api.list(`/api/v1/namespaces/${NAMESPACE}/pods`),
      this.#events(),
      rig.envoyWeight(`${NAMESPACE}/${NAME}`),
    ]);
    const at = Date.now();
    const routed: number = weights[`${NAME}-canary`] ?? 0;
    const isHeld = deployment.metadata.annotations['headgate.dev/held'] !== undefined;
    // From the lift on, pods of the Deployment itself answer with the new version too.
    if (isHeld) noteWeight(this.#spans, routed, at);
    return {
      at,
      tag,
      routed,
      isHeld,
      ...this.#answers(at, isHeld),
      ...fromStatus(startOf(canary) === this.#before.startedAt ? undefined : canary.status),
      stable: podWords(pods, NAME),
      canary: podWords(pods, `${NAME}-canary`),
      wanted: tagOf(deployment.spec.template),
      steps: this.#spans.map((span) => measureStep(span, load.samples, tag)),
      events: eventsOf(events.filter(({ metadata }: Json) => !this.#before.events.has(metadata.uid))),
    };
  }

  #answers(now: number, isHeld: boolean): Pick<Snapshot, 'measured' | 'success' | 'p50' | 'p99' | 'sent' | 'failed'> {
    const { load, tag } = this.#options;
    const weightFrom = this.#spans.at(-1)?.from ?? 0;
    const recent = load.samples.filter(({ at }) => at >= now - WINDOW_MS);
    const sinceWeight = isHeld ? recent.filter(({ at }) => at >= weightFrom) : [];
    return {
      measured: percent(sinceWeight.filter((sample) => isFrom(sample, tag)).length, sinceWeight.length),
      success: percent(recent.filter((sample) => !isFailed(sample)).length, recent.length) ?? 100,
      p50: percentile(recent, 0.5),
      p99: percentile(recent, 0.99),
      sent: load.samples.length,
      failed: load.samples.filter(isFailed).length,
    };
  }
}

const startOf = (canary: Json): string | undefined => canary?.status?.release?.startedAt;

/** Without a status the scheduler has not seen the change yet. */
const fromStatus = (status: Json): Pick<Snapshot, 'phase' | 'revision' | 'asked' | 'failedChecks'> => ({
  phase: status?.phase ?? 'Held',
  revision: status?.revision ?? '',
  asked: status?.release?.weight ?? 0,
  failedChecks: status?.failedChecks ?? 0,
});

const tagOf = (template: Json): string => String(template.spec.containers[0].image).split(':')[1] ?? '';

/** `3 of 1.4.0, 1 of 1.4.1 (0 ready)`, for the pods that one label selects. */
function podWords(pods: readonly Json[], app: string): string {
  const own = pods.filter(({ metadata }) => metadata.labels?.app === app && metadata.deletionTimestamp === undefined);
  const tags = [...new Set(own.map(({ spec }) => tagOf({ spec })))].toSorted();
  const words = tags.map((tag) => {
    const same = own.filter(({ spec }) => tagOf({ spec }) === tag);
    const ready = same.filter(isReady).length;
    return `${same.length} x ${tag}${ready < same.length ? ` (${ready} ready)` : ''}`;
  });
  return words.join(', ') || 'none';
}

const isReady = ({ status }: Json): boolean =>
  status?.conditions?.some(({ type, status }: Json) => type === 'Ready' && status === 'True') ?? false;

/** Events on the Canary, oldest first. */
function eventsOf(events: readonly Json[]): Event[] {
  return events
    .filter(({ involvedObject }) => involvedObject.kind === 'Canary')
    .toSorted((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
    .map(({ reason, message, type, firstTimestamp }) => ({
      at: Date.parse(firstTimestamp),
      isWarning: type === 'Warning',
      reason,
      message,
    }));
}
