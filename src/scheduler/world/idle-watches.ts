import type { Store } from '../../cluster/store.ts';
import { type Deployment, keyOf } from '../../rollout/kube.ts';
import { targetOf } from '../../rollout/machine/canary.ts';
import { needsEndpoints, needsReplicaSets } from '../../rollout/machine/observation-needs.ts';
import { stateOf } from '../../rollout/machine/status.ts';
import { readHold } from '../../rollout/workload/hold.ts';
import type { Records } from './records.ts';

export interface IdleWatchesOptions {
  enrolled: Store<Deployment>;
  records: Records;
  /** Drops all that is kept of a Deployment. */
  forget: (key: string) => Promise<unknown>;
  /** Closes all that is watched for the release of a Deployment. */
  close: (key: string) => Promise<unknown>;
  /** Closes the watch on its canary's endpoints. */
  closeEndpoints: (key: string) => Promise<unknown>;
}

/**
 * Closes what this process watches for releases that are over. A tick that sees the end does so too, but another process may make
 * it: whoever has looked at a release once, and never again, hears of its end by the watches on Deployments and records. So does it of
 * the end of a Deployment, of which nothing is kept then: of namespaces that come and go there would be more and more.
 */
export function closeIdleWatches({ enrolled, records, forget, close, closeEndpoints }: IdleWatchesOptions): void {
  const look = (key: string): void => {
    const deployment = enrolled.get(key);
    const own = records.about(key);
    if (deployment === undefined && own.length === 0) return void forget(key);
    const isHeld = deployment !== undefined && readHold(deployment).state === 'held';
    const states = deployment === undefined ? [] : own.map(({ status }) => stateOf(status));
    if (!isHeld && !states.some((state) => needsReplicaSets(false, state))) void close(key);
    else if (!states.some(needsEndpoints)) void closeEndpoints(key);
  };
  enrolled.onChange(({ object, source }) => {
    if (source === 'watch') look(keyOf(object));
  });
  records.store.onChange(({ object, source }) => {
    if (source === 'watch') look(targetOf(object));
  });
}
