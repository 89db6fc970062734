import type { KubeClient } from '../../cluster/client.ts';
import { KINDS } from '../../cluster/kinds.ts';
import type { Reflector } from '../../cluster/reflector.ts';
import type { ReflectorHooks } from '../../cluster/reflector-options.ts';
import type { EndpointSlice } from '../../rollout/kube.ts';
import { keptSlice } from './kept-status.ts';
import { currentObjects, narrowWatch } from './narrow-watch.ts';

export interface EndpointsOptions {
  client: KubeClient;
  hooks: ReflectorHooks;
  /** The pods behind the canary's Service of this Deployment have changed. */
  onChange: (key: string) => void;
}

/**
 * The ready pods behind the Services of canaries. Each Service is watched by its name, since it may be a user's, and only
 * from the first call of `of` until `forget`: while a weight depends on it.
 */
export class Endpoints {
  readonly #options: EndpointsOptions;
  readonly #watches = new Map<string, { service: string; watch: Reflector<EndpointSlice> }>();

  constructor(options: EndpointsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#watches.size;
  }

  /**
   * Pods of a Service that are ready, by name; watched from the first call until `forget`.
   * @param key of the Deployment, `namespace/name`
   * @throws what keeps them from being known
   */
  async of(key: string, service: string): Promise<string[]> {
    const present = this.#watches.get(key);
    if (present !== undefined && present.service !== service) await this.forget(key);
    const { watch } = this.#watches.get(key) ?? this.#open(key, service);
    return readyPods(await currentObjects(watch));
  }

  async forget(key: string): Promise<void> {
    const present = this.#watches.get(key);
    this.#watches.delete(key);
    await present?.watch.stop();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#watches.keys()].map((key) => this.forget(key)));
  }

  #open(key: string, service: string) {
    const { client, hooks, onChange } = this.#options;
    const [namespace = ''] = key.split('/');
    const labelSelector = `kubernetes.io/service-name=${service}`;
    const scope = { kind: KINDS.endpointslices, namespace, labelSelector };
    const watch = narrowWatch<EndpointSlice>({ client, scope, hooks, keep: keptSlice, onChange: () => onChange(key) });
    const opened = { service, watch };
    this.#watches.set(key, opened);
    watch.start();
    return opened;
  }
}

/** Names of the ready pods of some slices, each once: a pod with IPv4 and IPv6 is in one slice of each. */
export function readyPods(slices: readonly EndpointSlice[]): string[] {
  const endpoints = slices.flatMap((slice) => slice.endpoints ?? []);
  const ready = endpoints.filter(({ conditions }) => conditions?.ready !== false);
  return [...new Set(ready.flatMap(({ targetRef }) => (targetRef?.kind === 'Pod' && targetRef.name) || []))];
}
