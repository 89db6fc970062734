import { RecentMap } from '../../recent-map.ts';
import { keyOf } from '../../rollout/kube.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import { isSame } from '../../rollout/workload/template.ts';

/** Records that are remembered; of any other it is not known who carries its releases on. */
const MOST = 20_000;

/** Who carries releases on: this process, another one, or nobody of whom anything was seen. */
export type Carrier = 'us' | 'others' | 'unknown';

interface LastCommit {
  by: Carrier;
  version: string | undefined;
  status: Canary['status'];
}

/**
 * Which scheduler carries the releases of a record on: who committed its status last. No message is needed to say so. It changes
 * whenever another one takes a timer of the release, and commits what follows.
 */
export class Carriers {
  readonly #commits = new RecentMap<string, LastCommit>(MOST);

  /** A commit of this process has been accepted. */
  note(record: Canary): void {
    this.#remember(record, 'us');
  }

  /** @param records those of one Deployment, as they are now */
  of(records: readonly Canary[]): Carrier {
    const carriers = records.map((record) => this.#of(record));
    return (
      carriers.find((carrier) => carrier === 'us') ?? carriers.find((carrier) => carrier === 'others') ?? 'unknown'
    );
  }

  /** Schedulers alone write the status: where it is another than was seen here before, another one did. */
  #of(record: Canary): Carrier {
    const { by = 'unknown', version, status } = this.#commits.get(keyOf(record)) ?? { status: record.status };
    if (version === record.metadata.resourceVersion) return by;
    return this.#remember(record, isSame(record.status, status) ? by : 'others');
  }

  #remember({ metadata, status }: Canary, by: Carrier): Carrier {
    this.#commits.set(keyOf({ metadata }), { by, version: metadata.resourceVersion, status });
    return by;
  }
}
