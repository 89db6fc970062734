import { AppError } from '../errors.ts';
import { type KubeObject, keyOf } from '../rollout/kube.ts';
import { Backoff } from './backoff.ts';
import { isNotFound } from './errors.ts';
import { pathOf } from './kinds.ts';
import { pause } from './pause.ts';
import type { ReflectorOptions } from './reflector-options.ts';
import type { Store } from './store.ts';
import type { Query } from './transport.ts';
import { type WatchEnding, watchEndingOf } from './watch-ending.ts';
import { type WatchEvent, watchEvents } from './watch-events.ts';
import { type WatchFailure, WatchHealth } from './watch-health.ts';

/** Ends a watch that is behind, and says from where the next one starts. */
class BehindError extends AppError {
  readonly resourceVersion: string;

  constructor(count: number, resourceVersion: string) {
    super('WATCH_MISSED', `the watch missed ${count} changes`);
    this.resourceVersion = resourceVersion;
  }
}

/**
 * Keeps a store equal to what the API server has, through anything that ends a watch.
 *
 * Everything is fetched first (as a stream in the watch itself, or as lists where the server refuses that), then changes
 * arrive on a watch, which is resumed from the last resourceVersion seen when it ends, and after a 410 or a broken line
 * started over. Between attempts it backs off. A full list from time to time proves the watch complete, or repairs it.
 */
export class Reflector<T extends KubeObject = KubeObject> {
  readonly store: Store<T>;
  /** True when the store is filled for the first time; false if stopped before. */
  readonly synced: Promise<boolean>;
  readonly #options: ReflectorOptions<T>;
  readonly #path: string;
  readonly #stopping = new AbortController();
  readonly #random: () => number;
  readonly #reading: { signal: AbortSignal; metadataOnly: boolean | undefined };
  #settleSynced: (synced: boolean) => void = () => {};
  #running: Promise<unknown> | undefined;
  #watch = new AbortController();
  #streamable = true;
  /** Objects of a stream that is not complete yet. */
  #incoming: Map<string, T> | undefined;
  /** Where to resume; undefined: everything has to be fetched. */
  #version: string | undefined;
  /** Times that everything was fetched. */
  #fetches = 0;
  #isFilled = false;
  readonly #health = new WatchHealth();

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#reading = { signal: this.#stopping.signal, metadataOnly: options.metadataOnly };
    this.#path = pathOf(options.kind, options.namespace);
    this.store = options.store;
    this.synced = new Promise((resolve) => {
      this.#settleSynced = resolve;
    });
  }

  get isFilled(): boolean {
    return this.#isFilled;
  }

  /** Why the last watch ended, until another one shows what there is. */
  get failure(): WatchFailure | undefined {
    return this.#health.failure;
  }

  /** Resolves when the store has been filled. @throws what keeps it from being filled, as soon as that is known */
  async filled(): Promise<void> {
    if (this.#isFilled) return;
    if (!(await Promise.race([this.synced, this.#health.failed]))) throw new Error(`watch ${this.#path}: stopped`);
  }

  start(): void {
    this.#running ??= Promise.all([this.#keepWatching(), this.#keepProving()]);
  }

  /** Resolves when nothing is under way any more. The store stays as it is. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('stopped'));
    this.#settleSynced(false);
    await this.#running;
  }

  async #keepWatching(): Promise<void> {
    const { signal } = this.#stopping;
    const options = { random: this.#random, ...this.#options.timing?.backoff };
    const [answered, unanswered] = [new Backoff(options), new Backoff(options)];
    while (!signal.aborted) {
      const openedAt = performance.now();
      const error = await this.#watchOnce().then(
        () => undefined,
        (thrown: unknown) => thrown ?? new Error('unknown'),
      );
      if (signal.aborted) return;
      const ending = watchEndingOf(error);
      this.#settle(error, ending);
      // Two counts: after a long outage the first answers may be 403 or 429, and those are then tried again soon.
      const backoff = ending.reason === 'unreachable' ? unanswered : answered;
      const delay = backoff.next(performance.now() - openedAt, ending.capMs);
      await pause(Math.max(delay, ending.atLeastMs ?? 0), signal);
    }
  }

  #settle(error: unknown, { reason, relist, streamable }: WatchEnding): void {
    const { onRestart, onError } = this.#options;
    if (this.#incoming !== undefined && !streamable) this.#streamable = false;
    if (relist) this.#version = undefined;
    if (error instanceof BehindError) this.#version = error.resourceVersion;
    if (this.#options.optional && isNotFound(error)) return this.#empty();
    onRestart?.(reason);
    this.#health.ended(this.#path, error);
    if (error !== undefined && reason !== 'expired') onError?.(error);
  }

  /** There is no such kind. */
  #empty(): void {
    this.#health.shown();
    this.#replace([], '');
    this.#setFilled();
  }

  async #watchOnce(): Promise<void> {
    const { client, timing, metadataOnly } = this.#options;
    this.#watch = new AbortController();
    this.#incoming = undefined;
    if (this.#version === undefined && !this.#streamable) await this.#fetchLists();
    if (this.#version === undefined) this.#incoming = new Map();
    const signal = AbortSignal.any([this.#stopping.signal, this.#watch.signal]);
    const idleMs = timing?.idleMs ?? 150_000;
    const request = { client, path: this.#path, query: this.#watchQuery(), signal, metadataOnly, idleMs };
    for await (const event of watchEvents({ ...request, onOpen: () => this.#health.opened() })) {
      this.#health.shown();
      if (this.#incoming === undefined) this.#take(event);
      else this.#collect(event, this.#incoming);
    }
  }

  #watchQuery(): Query {
    const [least, most] = this.#options.timing?.watchMs ?? [300_000, 600_000];
    const timeoutSeconds = Math.ceil((least + (most - least) * this.#random()) / 1_000);
    const position =
      this.#version === undefined
        ? { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' }
        : { resourceVersion: this.#version };
    return { ...this.#selectors(), ...position, allowWatchBookmarks: true, timeoutSeconds };
  }

  #selectors(): { labelSelector?: string; fieldSelector?: string } {
    const { labelSelector, fieldSelector } = this.#options;
    return { ...(labelSelector && { labelSelector }), ...(fieldSelector && { fieldSelector }) };
  }

  async #fetchLists(): Promise<void> {
    const { items, resourceVersion } = await this.#options.client.listAll<T>(
      this.#path,
      this.#selectors(),
      this.#reading,
    );
    this.#fill(items, resourceVersion);
  }

  #collect({ type, object }: WatchEvent, incoming: Map<string, T>): void {
    const { resourceVersion = '', annotations } = object.metadata;
    if (type === 'BOOKMARK' && annotations?.['k8s.io/initial-events-end'] === 'true') {
      this.#incoming = undefined;
      this.#fill([...incoming.values()], resourceVersion);
    } else if (type === 'DELETED') incoming.delete(keyOf(object));
    else if (type !== 'BOOKMARK') incoming.set(keyOf(object), object as T);
  }

  #fill(objects: readonly T[], resourceVersion: string): void {
    this.#replace(objects, resourceVersion);
    this.#version = resourceVersion;
    this.#fetches += 1;
    this.#setFilled();
  }

  #setFilled(): void {
    this.#isFilled = true;
    this.#settleSynced(true);
  }

  /** Replaces only what is in this reflector's namespace: others fill the same store with theirs. */
  #replace(objects: readonly T[], resourceVersion: string): number {
    return this.store.replace(objects, resourceVersion, this.#options.namespace);
  }

  #take({ type, object }: WatchEvent): void {
    const resourceVersion = object.metadata.resourceVersion ?? '';
    if (type === 'DELETED') this.store.remove(keyOf(object), resourceVersion, object as T);
    else if (type !== 'BOOKMARK') this.store.put(object as T);
    this.#version = resourceVersion;
  }

  async #keepProving(): Promise<void> {
    const { timing, onError } = this.#options;
    const { signal } = this.#stopping;
    const relistMs = timing?.relistMs ?? 300_000;
    while (await pause(relistMs * (0.8 + this.#random() * 0.4), signal)) {
      await this.#prove().catch((error: unknown) => {
        if (!signal.aborted) onError?.(error);
      });
    }
  }

  /** Lists, lets the watch catch up, and compares; unless everything was fetched in between anyway. */
  async #prove(): Promise<void> {
    const { client, timing, onMissed } = this.#options;
    const { signal } = this.#stopping;
    const fetches = this.#fetches;
    if (fetches === 0) return;
    const { items, resourceVersion } = await client.listAll<T>(this.#path, this.#selectors(), this.#reading);
    if (!(await pause(timing?.graceMs ?? 2_000, signal)) || fetches !== this.#fetches) return;
    const missed = this.#replace(items, resourceVersion);
    if (missed === 0) return;
    onMissed?.(missed);
    this.#watch.abort(new BehindError(missed, resourceVersion));
  }
}
