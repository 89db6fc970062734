import { Store, type StoreOptions } from '../../cluster/store.ts';
import { type Canary, targetOf } from '../../rollout/machine/canary.ts';
import { hostsOf } from '../tick/host-claims.ts';
import { canariesByAge, isWritten } from '../tick/owners.ts';

/** The Canaries of the cluster, to be found by name, by the Deployment that they name, and by the hosts in their specs. */
export class Records {
  readonly store: Store<Canary>;

  /** @param onChange is called with the key of each Deployment that a change may concern */
  constructor(onChange: (key: string) => void, options: Pick<StoreOptions<Canary>, 'keep' | 'onError'> = {}) {
    const indexes = { target: (record: Canary) => [targetOf(record)], host: hostsOf };
    this.store = new Store<Canary>({ indexes, ...options });
    this.store.onChange(({ object, previous, source }) => {
      if (source === 'write') return;
      for (const key of this.#concerned(object, previous)) onChange(key);
    });
  }

  /** The Deployment of the record, and those of records that claim a host which this one claims now or did before. */
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

  /** All that name a Deployment, also those that are not its record. @param key of the Deployment */
  about(key: string): Canary[] {
    return this.store.by('target', key);
  }

  /** Those of them that somebody wrote (see `isWritten`), the oldest first. */
  writtenFor(key: string): Canary[] {
    return this.about(key).filter(isWritten).toSorted(canariesByAge);
  }

  /** All whose spec has this host. */
  claiming(host: string): Canary[] {
    return this.store.by('host', host);
  }
}
