import type { KubeClient } from '../../cluster/client.ts';
import { Reflector } from '../../cluster/reflector.ts';
import type { ReflectorHooks, Scope } from '../../cluster/reflector-options.ts';
import { Store } from '../../cluster/store.ts';
import type { KubeObject } from '../../rollout/kube.ts';

/** There are many of them, each short-lived. */
const RELIST_MS = 3_600_000;

export interface NarrowWatch {
  client: KubeClient;
  scope: Scope;
  hooks: ReflectorHooks;
  onChange: () => void;
}

/** A watch, not yet started, on the few objects that one Deployment needs for a while; its store is its own. */
export function narrowWatch<T extends KubeObject>({ client, scope, hooks, onChange }: NarrowWatch): Reflector<T> {
  const store = new Store<T>({ filtered: true });
  store.onChange(({ source }) => {
    if (source === 'watch') onChange();
  });
  return new Reflector<T>({ client, store, ...scope, ...hooks, timing: { relistMs: RELIST_MS } });
}
