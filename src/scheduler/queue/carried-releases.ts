import { RecentMap } from '../../recent-map.ts';
import { keyOf } from '../../rollout/kube.ts';
import type { Canary } from '../../rollout/machine/canary.ts';

/** Records that are remembered; of any other it is not known who carries its releases on. */
const MOST = 20_000;

/**
 * Whose releases this process carries on: their record is as this process committed it. That is one process at most, and no message
 * is needed to say so. It changes whenever another one takes a timer of the release, and commits what follows.
 */
export class CarriedReleases {
  /** By the key of a record, the resourceVersion of the last commit here. */
  readonly #committed = new RecentMap<string, string>(MOST);

  /** A commit of this process has been accepted. */
  note({ metadata }: Canary): void {
    this.#committed.set(keyOf({ metadata }), metadata.resourceVersion ?? '');
  }

  /** @param records those of one Deployment, as they are now */
  has(records: readonly Canary[]): boolean {
    return records.some((record) => this.#committed.get(keyOf(record)) === record.metadata.resourceVersion);
  }
}
