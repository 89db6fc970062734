import type { KubeClient } from '../../cluster/client.ts';
import { KINDS } from '../../cluster/kinds.ts';
import type { Reflector } from '../../cluster/reflector.ts';
import type { ReflectorHooks } from '../../cluster/reflector-options.ts';
import type { Store } from '../../cluster/store.ts';
import { ROLE } from '../../rollout/keys.ts';
import { type EndpointSlice, keyIn } from '../../rollout/kube.ts';
import type { Kind } from '../../rollout/object-change.ts';
import { keptNames } from './kept-status.ts';
import { currentObjects, narrowWatch } from './narrow-watch.ts';
import type { Watch } from './watch.ts';

const SERVICE = 'kubernetes.io/service-name';

export interface EndpointsOptions {
  client: KubeClient;
  hooks: ReflectorHooks;
  /** Opens a watch and gives its store. */
  watch: (wanted: Watch<EndpointSlice>) => Store<EndpointSlice>;
  /** What is always watched of a kind is to be up to date in the namespace of a Deployment. */
  expectCurrent: (key: string, kind: Kind) => Promise<void>;
  /** Whether a Service, `namespace/name`, was made by Headgate. */
  isOwn: (service: string) => boolean;
  /** The pods behind the canary's Service of this Deployment have changed. */
  onChange: (key: string) => void;
}

/**
 * The ready pods behind the Services of canaries. Slices have the labels of their Service: one watch shows those of all that
 * Headgate made. A Service that a user wrote for a canary is watched by its name, from the first call of `of` until `forget`.
 */
export class Endpoints {
  readonly #options: EndpointsOptions;
  readonly #shared: Store<EndpointSlice>;
  /** By Deployment, the Service that it is looked at for. */
  readonly #services = new Map<string, string>();
  /** By Deployment. */
  readonly #watches = new Map<string, Reflector<EndpointSlice>>();

  constructor(options: EndpointsOptions) {
    this.#options = options;
    this.#shared = options.watch({
      kind: KINDS.endpointslices,
      labelSelector: `${ROLE}=service`,
      keep: keptSlice,
      index: { service: (slice) => [serviceOf(slice)] },
      toKeys: (slice) => this.#usersOf(serviceOf(slice)),
    });
  }

  /** How many watches are open for one Deployment each. */
  get size(): number {
    return this.#watches.size;
  }

  /**
   * Pods of a Service that are ready, by name. Changes are told from the first call until `forget`.
   * @param key of the Deployment, `namespace/name`
   * @throws what keeps them from being known
   */
  async of(key: string, name: string): Promise<string[]> {
    const [namespace = ''] = key.split('/');
    const service = keyIn(namespace, name);
    const isOwn = this.#options.isOwn(service);
    if (this.#services.get(key) !== service || isOwn === this.#watches.has(key)) await this.forget(key);
    this.#services.set(key, service);
    if (!isOwn) return readyPods(await currentObjects(this.#watches.get(key) ?? this.#open(key, { namespace, name })));
    await this.#options.expectCurrent(key, KINDS.endpointslices);
    return readyPods(this.#shared.by('service', service));
  }

  async forget(key: string): Promise<void> {
    const watch = this.#watches.get(key);
    this.#watches.delete(key);
    this.#services.delete(key);
    await watch?.stop();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#watches.keys()].map((key) => this.forget(key)));
  }

  #usersOf(service: string): string[] {
    return [...this.#services].filter(([, used]) => used === service).map(([key]) => key);
  }

  #open(key: string, { namespace, name }: { namespace: string; name: string }): Reflector<EndpointSlice> {
    const { client, hooks, onChange } = this.#options;
    const scope = { kind: KINDS.endpointslices, namespace, labelSelector: `${SERVICE}=${name}` };
    const watch = narrowWatch<EndpointSlice>({ client, scope, hooks, keep: keptSlice, onChange: () => onChange(key) });
    this.#watches.set(key, watch);
    watch.start();
    return watch;
  }
}

const serviceOf = ({ metadata: { namespace, labels } }: EndpointSlice): string =>
  keyIn(namespace, labels?.[SERVICE] ?? '');

/** What `readyPods` reads: with any other there is nothing new to look at, and at rest there is a slice for each canary's Service. */
export function keptSlice({ metadata, endpoints }: EndpointSlice): EndpointSlice {
  return {
    metadata: { ...keptNames(metadata), labels: { [SERVICE]: metadata.labels?.[SERVICE] ?? '' } },
    endpoints: (endpoints ?? []).map(({ conditions, targetRef: { kind, name: pod } = {} }) => ({
      ...(conditions?.ready === false && { conditions: { ready: false } }),
      ...(kind !== undefined && pod !== undefined && { targetRef: { kind, name: pod } }),
    })),
  };
}

/** Names of the ready pods of some slices, each once: a pod with IPv4 and IPv6 is in one slice of each. */
export function readyPods(slices: readonly EndpointSlice[]): string[] {
  const endpoints = slices.flatMap((slice) => slice.endpoints ?? []);
  const ready = endpoints.filter(({ conditions }) => conditions?.ready !== false);
  return [...new Set(ready.flatMap(({ targetRef }) => (targetRef?.kind === 'Pod' && targetRef.name) || []))];
}
