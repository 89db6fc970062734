import type { KubeObject } from '../rollout/kube.ts';
import type { Kind } from '../rollout/object-change.ts';
import type { BackoffOptions } from './backoff.ts';
import type { KubeClient } from './client.ts';
import type { Store } from './store.ts';
import type { WatchEndReason } from './watch-ending.ts';

export interface Scope {
  kind: Kind;
  /** All namespaces when left out. */
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  /** Of each object its metadata alone. */
  metadataOnly?: true;
}

/** In milliseconds. */
export interface ReflectorTiming {
  /**
   * Silence that counts as a broken connection. Default: 150 s, because the API server sends a bookmark a minute, and
   * leaves out one where nothing of the kind has changed.
   */
  idleMs?: number;
  /** A watch is ended by the server after a random time between the two. Default: 5 to 10 min. */
  watchMs?: readonly [number, number];
  /** How often a full list looks for what the watch missed, jittered by a fifth. Default: 5 min. */
  relistMs?: number;
  /** What the watch gets to catch up with such a list before it counts as having missed something. Default: 2 s. */
  graceMs?: number;
  backoff?: BackoffOptions;
}

/** Must not throw. */
export interface ReflectorHooks {
  /** A watch ended and will be opened again. */
  onRestart?: (reason: WatchEndReason) => void;
  /** A full list showed this many changes that the watch had not. */
  onMissed?: (count: number) => void;
  /** What went wrong; the reflector goes on. */
  onError?: (error: unknown) => void;
}

export interface ReflectorOptions<T extends KubeObject> extends Scope, ReflectorHooks {
  client: Pick<KubeClient, 'watch' | 'listAll'>;
  /** The kind may not be installed: then there are no objects of it, and it is looked for again from time to time. */
  optional?: true;
  store: Store<T>;
  timing?: ReflectorTiming;
  random?: () => number;
}
