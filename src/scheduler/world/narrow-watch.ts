import type { KubeClient } from '../../cluster/client.ts';
import { Reflector } from '../../cluster/reflector.ts';
import type { ReflectorHooks, Scope } from '../../cluster/reflector-options.ts';
import { Store } from '../../cluster/store.ts';
import type { KubeObject } from '../../rollout/kube.ts';

/** Seldom: there are many such watches, and few live that long. */
const RELIST_MS = 3_600_000;

export interface NarrowWatch {
  client: KubeClient;
  scope: Scope;
  hooks: ReflectorHooks;
  /** A cluster without the kind is one without such objects. */
  optional?: boolean;
  onChange: () => void;
}

/** A watch, not yet started, on the few objects that one Deployment needs for a while; its store is its own. */
export function narrowWatch<T extends KubeObject>(options: NarrowWatch): Reflector<T> {
  const { client, scope, hooks, optional = false, onChange } = options;
  const store = new Store<T>({ filtered: scope.labelSelector !== undefined });
  store.onChange(({ source }) => {
    if (source === 'watch') onChange();
  });
  const rest = { ...scope, ...hooks, ...(optional && { optional: true as const }), timing: { relistMs: RELIST_MS } };
  return new Reflector<T>({ client, store, ...rest });
}
