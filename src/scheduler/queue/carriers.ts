import { RecentMap } from '../../recent-map.ts';
import { keyOf } from '../../rollout/kube.ts';
import { type Canary, isNotEnrolled } from '../../rollout/machine/canary.ts';
import { isSame } from '../../rollout/workload/template.ts';

/** Records that are remembered; of any other it is not known who carries its releases on. */
const MOST = 20_000;

/** Who carries releases on: this process, another one, or nobody of whom anything was seen. */
export type Carrier = 'us' | 'others' | 'unknown';

/** What the records of a Deployment show, seen once more. */
export interface Sighting {
  carrier: Carrier;
  /** Another scheduler has committed a state that was not seen before. */
  isNews: boolean;
}

interface LastCommit {
  by: Carrier;
  version: string | undefined;
  status: Canary['status'];
  /** Another one made it, and it was not told yet. */
  isNews: boolean;
  /** When it was seen, milliseconds since the epoch. */
  at: number;
}

/**
 * Which scheduler carries the releases of a record on: who committed its status last. No message is needed to say so. It changes
 * whenever another one comes to look first, and commits what follows.
 */
export class Carriers {
  readonly #commits = new RecentMap<string, LastCommit>(MOST);
  readonly #clock: () => number;

  /** @param clock milliseconds since the epoch */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** A commit of this process has been accepted. */
  note(record: Canary): void {
    this.#remember(record, 'us', false);
  }

  /** This process cannot carry the releases of these on, for now: anybody is to. */
  giveUp(records: readonly Canary[]): void {
    for (const record of records) this.#remember(record, 'unknown', false);
  }

  /** @param records those of one Deployment, as they are now */
  of(records: readonly Canary[]): Carrier {
    const carriers = this.#commitsOf(records).map(({ by }) => by);
    return (['us', 'others'] as const).find((carrier) => carriers.includes(carrier)) ?? 'unknown';
  }

  /** Tells of each commit of others once. @param records those of one Deployment, as they are now */
  see(records: readonly Canary[]): Sighting {
    const commits = this.#commitsOf(records);
    const isNews = commits.some((commit) => commit.isNews);
    for (const commit of commits) commit.isNews = false;
    return { carrier: this.of(records), isNews };
  }

  /** Whether another one has committed since, milliseconds since the epoch. @param records those of one Deployment, as they are now */
  othersSince(records: readonly Canary[], since: number): boolean {
    return this.#commitsOf(records).some(({ by, at }) => by === 'others' && at >= since);
  }

  /** One of several that name a Deployment may be refused, by whomever: that carries nothing on. */
  #commitsOf(records: readonly Canary[]): LastCommit[] {
    return records.flatMap((record) => {
      const commit = this.#see(record);
      return record.status?.phase === undefined || isNotEnrolled(record) ? [] : [commit];
    });
  }

  /** Schedulers alone write the status: where it is another than was seen here before, another one did. */
  #see(record: Canary): LastCommit {
    const last = this.#commits.get(keyOf(record));
    if (last === undefined) return this.#remember(record, 'unknown', false);
    if (last.version === record.metadata.resourceVersion) return last;
    if (isSame(record.status, last.status)) return this.#remember(record, last.by, last.isNews, last.at);
    return this.#remember(record, 'others', true);
  }

  #remember({ metadata, status }: Canary, by: Carrier, isNews: boolean, at = this.#clock()): LastCommit {
    const commit = { by, version: metadata.resourceVersion, status, isNews, at };
    this.#commits.set(keyOf({ metadata }), commit);
    return commit;
  }
}
