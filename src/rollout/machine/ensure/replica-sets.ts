import { POD_TEMPLATE_HASH } from '../../keys.ts';
import type { Deployment, ReplicaSet } from '../../kube.ts';
import { replicaSetOf } from '../../workload/replica-set.ts';
import { wantedReplicas } from '../../workload/rollout-status.ts';
import { findReplicaSet, isEmpty, ownedBy, type Stable, staleReplicaSets } from '../../workload/stable.ts';
import type { Effect } from '../effects.ts';
import type { Releasing } from '../situation.ts';
import { isKnown } from '../sources.ts';
import { ACTIVE } from '../state.ts';

/** So many that were made again, and are of another template by now. */
const MOST_RESTORED = 3;

const deleteSet = (replicaSet: ReplicaSet): Effect => ({ do: 'deleteReplicaSet', replicaSet });

/**
 * While a revision is held, only the stable ReplicaSet may have pods.
 * - Empty ReplicaSets that the Deployment controller would prefer to it are deleted.
 * - A stable one that somebody deleted is made again; what took its place is deleted when it is available.
 *   It is not made over and over where something changes each one (a webhook that adds another value each time).
 * - A stable one that is empty while another has the pods (the Deployment was scaled to zero and back) is deleted, so that
 *   the next tick makes it again.
 */
export function ensureReplicaSets(s: Releasing): Effect[] {
  const { stable } = s.state;
  const { deployment, replicaSets } = s.seen;
  if (!isGuarded(s) || stable === undefined || replicaSets === undefined || !isKnown(s.seen, 'replicaSets')) return [];
  const own = replicaSets.filter((set) => ownedBy(deployment, set));
  const running = findReplicaSet(stable.template, own);
  if (running === undefined) {
    const made = own.filter((set) => wasRestored(set, stable));
    return made.length < MOST_RESTORED ? [restore(deployment, stable, replicaSets)] : [];
  }
  const others = own.filter((set) => set !== running && !isEmpty(set));
  const displaced = isEmpty(running) && others.length > 0 && wantedReplicas(deployment) > 0;
  if (displaced) return [deleteSet(running)];
  const spare = wasRestored(running, stable) && isFull(running) ? others : [];
  return [...staleReplicaSets(deployment, stable, own), ...spare].map(deleteSet);
}

/** A revision is held that is not what the stable pods run. */
const isGuarded = ({ state: { release, phase }, seen: { hold } }: Releasing): boolean =>
  hold.state === 'held' && release.path === 'canary' && (ACTIVE.has(phase) || phase === 'Failed');

const wasRestored = ({ metadata }: ReplicaSet, { revision }: Stable): boolean =>
  metadata.labels?.[POD_TEMPLATE_HASH]?.startsWith(revision) ?? false;

/** Whether all pods that the Deployment controller gives this set are available; the rest it gives to the other set. */
const isFull = (set: ReplicaSet): boolean =>
  !isEmpty(set) && (set.status?.availableReplicas ?? 0) >= (set.spec.replicas ?? 0);

/** Under a free name: a ReplicaSet of an earlier restoration may still be there, with a template that was edited since. */
function restore(deployment: Deployment, { template, revision }: Stable, sets: readonly ReplicaSet[]): Effect {
  const made = sets.map((_, index) => replicaSetOf(deployment, template, `${revision}-${index + 2}`));
  const taken = new Set(sets.map(({ metadata }) => metadata.name));
  const first = replicaSetOf(deployment, template, revision);
  const replicaSet = [first, ...made].find(({ metadata }) => !taken.has(metadata.name)) ?? first;
  return { do: 'createReplicaSet', replicaSet };
}
