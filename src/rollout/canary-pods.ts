import { REVISION } from './keys.ts';
import type { Deployment } from './kube.ts';
import { availableReplicas, isObserved, readyReplicas } from './rollout-status.ts';
import type { Releasing } from './situation.ts';
import { atWeightFor } from './situation.ts';
import { isEmpty } from './stable.ts';
import { ACTIVE } from './state.ts';
import { canonical, essence } from './template.ts';

export const runsRevision = (canary: Deployment | undefined, revision: string): canary is Deployment =>
  canary?.metadata.annotations?.[REVISION] === revision;

export const isScaledDown = (canary: Deployment | undefined): boolean =>
  canary === undefined || ((canary.spec.replicas ?? 1) === 0 && (canary.status?.replicas ?? 0) === 0);

/** Whether all of the wanted canary pods run the revision and are available. */
export function isCanaryReady({ state: { release }, seen: { canary } }: Releasing): boolean {
  return (
    runsRevision(canary, release.revision) &&
    isObserved(canary) &&
    (canary.status?.updatedReplicas ?? 0) >= release.replicas &&
    availableReplicas(canary) >= release.replicas
  );
}

/** Whether pods that were ready are so no more: a crash, a failing probe, an eviction. */
export function lostReadiness({ state: { release }, seen: { canary } }: Releasing): boolean {
  if (release.ready === 0) return false;
  return !runsRevision(canary, release.revision) || readyReplicas(canary) < Math.min(release.ready, release.replicas);
}

/** Whether no traffic can reach the canary's pods any more, so that they may go or change. */
export function isDrained(s: Releasing): boolean {
  const { canary, route } = s.seen;
  if (isScaledDown(canary) || route?.weight === undefined) return true;
  const settled = !ACTIVE.has(s.state.phase) || atWeightFor(s, s.settleMs);
  return route.weight === 0 && s.state.release.weight === 0 && settled;
}

/** A ReplicaSet of the canary with pods of another template than its Deployment's: somebody edited it by hand. */
export function tamperedSet({ seen: { canary, replicaSets } }: Releasing): string | undefined {
  if (canary === undefined || !isObserved(canary)) return undefined;
  const wanted = canonical(essence(canary.spec.template));
  const sets = (replicaSets ?? []).filter((set) =>
    set.metadata.ownerReferences?.some(({ uid }) => uid === canary.metadata.uid),
  );
  const strange = sets.find((set) => !isEmpty(set) && canonical(essence(set.spec.template)) !== wanted);
  const current = sets.some((set) => !isEmpty(set) && canonical(essence(set.spec.template)) === wanted);
  return current ? strange?.metadata.name : undefined;
}
