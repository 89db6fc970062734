import { Store } from '../../cluster/store.ts';
import { type Canary, targetOf } from '../../rollout/machine/canary.ts';
import { byAge, hostsOf, isWritten } from '../tick/owners.ts';

/** The Canaries of the cluster, by name, by the Deployment that they are about, and by the hosts that they claim. */
export class Records {
  readonly store: Store<Canary>;

  /** @param onChange is told the keys of Deployments that a change concerns */
  constructor(onChange: (key: string) => void, onError?: (error: unknown) => void) {
    const indexes = { target: (record: Canary) => [targetOf(record)], host: hostsOf };
    this.store = new Store<Canary>({ indexes, ...(onError && { onError }) });
    this.store.onChange(({ object, previous, source }) => {
      if (source === 'write') return;
      for (const key of this.#concerned(object, previous)) onChange(key);
    });
  }

  /** Its Deployment, and those whose records claim a host that it claims, or claimed. */
  #concerned(record: Canary, previous: Canary | undefined): Set<string> {
    const hosts = new Set([...hostsOf(record), ...(previous ? hostsOf(previous) : [])]);
    const rivals = [...hosts].flatMap((host) => this.claiming(host)).map(targetOf);
    return new Set([targetOf(record), ...rivals]);
  }

  /** @param key `namespace/name` of the Canary itself */
  get(key: string): Canary | undefined {
    return this.store.get(key);
  }

  list(): Canary[] {
    return this.store.list();
  }

  /** Takes the answer of a write. */
  put(record: Canary): void {
    this.store.put(record, 'write');
  }

  /** All about a Deployment, whatever their names. @param key of the Deployment */
  about(key: string): Canary[] {
    return this.store.by('target', key);
  }

  /** Those that somebody wrote for a Deployment, the oldest first. */
  writtenFor(key: string): Canary[] {
    return this.about(key).filter(isWritten).toSorted(byAge);
  }

  claiming(host: string): Canary[] {
    return this.store.by('host', host);
  }
}
