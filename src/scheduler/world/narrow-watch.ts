import type { KubeClient } from '../../cluster/client.ts';
import { Reflector } from '../../cluster/reflector.ts';
import type { ReflectorHooks, Scope } from '../../cluster/reflector-options.ts';
import { Store, type StoreEvent } from '../../cluster/store.ts';
import type { KubeObject } from '../../rollout/kube.ts';
import { isNews } from './news.ts';

/** Seldom: there are many such watches, and few live that long. */
const RELIST_MS = 3_600_000;
/** A release waits for what such a watch shows: it is tried again soon, whatever ended it. */
const MOST_PAUSE_MS = 5_000;
/** A watch that ended is opened again within seconds. What it shows counts until it has been away for so long. */
const STALE_MS = 10_000;

export interface NarrowWatch<T extends KubeObject = KubeObject> {
  client: KubeClient;
  scope: Scope;
  hooks: ReflectorHooks;
  /** A cluster without the kind is one without such objects. */
  optional?: boolean;
  /** What is kept of each object. Default: all but its managedFields. */
  keep?: (object: T) => T;
  onChange: (event: StoreEvent<T>) => void;
}

/** A watch, not yet started, on the few objects that one Deployment needs for a while; its store is its own. */
export function narrowWatch<T extends KubeObject>(options: NarrowWatch<T>): Reflector<T> {
  const { client, scope, hooks, optional = false, keep, onChange } = options;
  const store = new Store<T>({ filtered: scope.labelSelector !== undefined, ...(keep && { keep }) });
  store.onChange((event) => {
    if (event.source === 'watch' && isNews(event)) onChange(event);
  });
  const timing = { relistMs: RELIST_MS, backoff: { maxMs: MOST_PAUSE_MS } };
  const rest = { ...scope, ...hooks, ...(optional && { optional: true as const }), timing };
  return new Reflector<T>({ client, store, ...rest });
}

/** Resolves once a watch shows everything. @throws what keeps it from that, or from being up to date */
export async function expectCurrent(watch: Pick<Reflector, 'filled' | 'failure'>): Promise<void> {
  await watch.filled();
  const { failure } = watch;
  if (failure !== undefined && performance.now() - failure.since > STALE_MS) throw failure.error;
}

/** What a watch shows, once it shows everything. @throws as `expectCurrent` */
export async function currentObjects<T extends KubeObject>(watch: Reflector<T>): Promise<readonly T[]> {
  await expectCurrent(watch);
  return watch.store.list();
}
