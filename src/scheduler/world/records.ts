import { Store, type StoreEvent, type StoreOptions } from '../../cluster/store.ts';
import { type Canary, isNotEnrolled, targetOf } from '../../rollout/machine/canary.ts';
import { isSame } from '../../rollout/workload/template.ts';
import { hostsOf } from '../tick/host-claims.ts';
import { canariesByAge, isWritten } from '../tick/owners.ts';

/** Whether two states of a record have the same part of their hosts: by what they say of them, and by whether they are followed. */
const hasSameClaim = (a: Canary, b: Canary): boolean =>
  a.metadata.uid === b.metadata.uid && isNotEnrolled(a) === isNotEnrolled(b) && isSame(a.spec, b.spec);

/** The Canaries of the cluster, to be found by name, by the Deployment that they name, and by the hosts in their specs. */
export class Records {
  readonly store: Store<Canary>;

  /** @param onChange is called with the key of each Deployment that a change may concern */
  constructor(onChange: (key: string) => void, options: Pick<StoreOptions<Canary>, 'keep' | 'onError'> = {}) {
    const indexes = { target: (record: Canary) => [targetOf(record)], host: hostsOf };
    this.store = new Store<Canary>({ indexes, ...options });
    this.store.onChange((event) => {
      const own = targetOf(event.object);
      if (event.source !== 'write') onChange(own);
      for (const key of this.#rivals(event)) if (key !== own) onChange(key);
    });
  }

  /**
   * The Deployments of records that claim a host which this one claims now or did before, where that may be another's now. They are told
   * of what this process wrote as well: it is not they that look again.
   */
  #rivals({ type, object, previous }: StoreEvent<Canary>): Set<string> {
    if (type === 'modified' && previous !== undefined && hasSameClaim(previous, object)) return new Set();
    const hosts = new Set([...hostsOf(object), ...(previous ? hostsOf(previous) : [])]);
    return new Set([...hosts].flatMap((host) => this.claiming(host)).map(targetOf));
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
