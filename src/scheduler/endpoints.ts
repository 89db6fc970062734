import { Store } from '../cluster/store.ts';
import { CANARY_SUFFIX } from '../rollout/keys.ts';
import type { EndpointSlice } from '../rollout/kube.ts';
import { keyOf } from './record.ts';

const SERVICE_NAME = 'kubernetes.io/service-name';

/** Which pods Headgate's Services lead to. Kubernetes gives the slices of a Service the Service's own labels. */
export class Endpoints {
  readonly store: Store<EndpointSlice>;

  /** @param onChange is told the key of a Deployment when its canary's Service leads to other pods. */
  constructor(onChange: (key: string) => void, onError?: (error: unknown) => void) {
    const indexes = { service: (slice: EndpointSlice) => [serviceOf(slice)] };
    this.store = new Store({ filtered: true, indexes, ...(onError && { onError }) });
    this.store.onChange(({ object }) => {
      const service = serviceOf(object);
      if (service.endsWith(CANARY_SUFFIX)) onChange(service.slice(0, -CANARY_SUFFIX.length));
    });
  }

  /** Names of the pods to which the Service leads, each once: those that are ready. */
  of(namespace: string, service: string): string[] {
    const endpoints = this.store.by('service', keyOf(namespace, service)).flatMap((slice) => slice.endpoints ?? []);
    const ready = endpoints.filter(({ conditions }) => conditions?.ready !== false);
    return [...new Set(ready.flatMap(({ targetRef }) => (targetRef?.kind === 'Pod' && targetRef.name) || []))];
  }
}

const serviceOf = ({ metadata: { namespace = '', labels } }: EndpointSlice): string =>
  keyOf(namespace, labels?.[SERVICE_NAME] ?? '');
