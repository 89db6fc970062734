import type { KubeClient } from '../../cluster/client.ts';
import { isRefused } from '../../cluster/errors.ts';
import { KINDS, pathOf } from '../../cluster/kinds.ts';
import type { Clock } from '../../cluster/server-clock.ts';
import { CANARY, ENROLLED_BY } from '../../rollout/keys.ts';
import { type Deployment, keyOf } from '../../rollout/kube.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import { type CanaryStatus, refusedStatus } from '../../rollout/machine/status.ts';
import { atVersion } from '../../rollout/object-change.ts';
import type { World } from '../world/world.ts';
import { annotation } from './gate-patch.ts';
import { commit } from './record.ts';

/** So long after a Canary was created, its Deployment is looked for every few seconds; after that the resync is enough. */
const YOUNG_MS = 300_000;
const SOON_MS = 2_000;

export interface EnrollerOptions {
  client: KubeClient;
  world: World;
  clock: Clock;
  /** This process has committed another state of a record. */
  onCommitted: (record: Canary) => void;
}

/**
 * Opts a Deployment in for a Canary that names it, by the annotation that a user would write: the webhook judges the change
 * and labels the Deployment in the same write. What prevents it is said in the condition `Enrolled` of the Canary.
 */
export class Enroller {
  readonly #options: EnrollerOptions;

  constructor(options: EnrollerOptions) {
    this.#options = options;
  }

  /** @throws KubeError when the API server or the webhook does not answer; the next tick tries again. */
  async enrol(deployment: Deployment, record: Canary): Promise<void> {
    const { namespace, name, annotations } = deployment.metadata;
    const value = `canary/${record.metadata.name}`;
    const added = { [CANARY]: value, [ENROLLED_BY]: 'canary' };
    const patch = annotations
      ? Object.entries(added).map(([key, text]) => ({ op: 'add' as const, path: annotation(key), value: text }))
      : [{ op: 'add' as const, path: '/metadata/annotations', value: added }];
    const { client, world } = this.#options;
    try {
      const path = pathOf(KINDS.deployments, namespace, name);
      world.put(await client.patch(path, 'json', [atVersion(deployment), ...patch]));
    } catch (error) {
      if (!isRefused(error)) throw error;
      await this.refuse(record, 'EnrolmentRefused', `Deployment ${name} cannot be enrolled: ${error.message}`);
    }
  }

  /** The Deployment that they name is not there. When to look again, milliseconds from now; undefined: at the next resync. */
  async missing(records: readonly Canary[], name: string, now: number): Promise<number | undefined> {
    for (const record of records) {
      const message = `there is no Deployment ${name} in namespace ${record.metadata.namespace ?? ''}`;
      await this.refuse(record, 'TargetNotFound', message);
    }
    const isYoung = ({ metadata }: Canary) => now - Date.parse(metadata.creationTimestamp ?? '') < YOUNG_MS;
    return records.some(isYoung) ? SOON_MS : undefined;
  }

  /** Canaries that name a Deployment which is released by another owner already. @param owner see `ownerWords` */
  async refuseOthers(others: readonly Canary[], owner: string): Promise<void> {
    for (const other of others) {
      const message = `its Deployment is released by ${owner}, which was there first; name another, or delete one of the two`;
      await this.refuse(other, 'TargetTaken', message);
    }
  }

  async refuse(record: Canary, reason: string, message: string): Promise<void> {
    const { generation } = record.metadata;
    const at = new Date(this.#options.clock()).toISOString();
    await this.commit(record, refusedStatus({ before: record.status, generation, reason, message, at }));
  }

  /** Writes the status of a record that is not followed. @throws as `commit` */
  async commit(record: Canary, status: Partial<CanaryStatus>): Promise<void> {
    const { client, world, onCommitted } = this.#options;
    const committed = await commit(client, record, status);
    world.put(committed);
    if (committed !== record) onCommitted(committed);
  }
}

/** What a Deployment is released by, in words; `record` undefined: its annotations. */
export const ownerWords = (record: Canary | undefined): string =>
  record === undefined ? 'its own annotations' : `Canary ${keyOf(record)}`;
