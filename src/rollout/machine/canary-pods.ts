import { REVISION } from '../keys.ts';
import type { Deployment, ReplicaSet } from '../kube.ts';
import { availableReplicas, isObserved } from '../workload/rollout-status.ts';
import { isEmpty, ownedBy } from '../workload/stable.ts';
import { sameRevision } from '../workload/template.ts';
import type { Observation } from './observation.ts';
import type { Releasing } from './situation.ts';
import { atWeightFor } from './situation.ts';
import { isKnown } from './sources.ts';
import { ACTIVE, type Release } from './state.ts';
import { isRouteGone } from './troubles/route-gone.ts';

/** Whether the canary Deployment was made for the revision. */
export const runsRevision = (canary: Deployment | undefined, revision: string): canary is Deployment =>
  canary?.metadata.annotations?.[REVISION] === revision;

/** Whether no canary pod is wanted and none is left; also where there is no canary. */
export const isScaledDown = (canary: Deployment | undefined): boolean =>
  canary === undefined || ((canary.spec.replicas ?? 1) === 0 && (canary.status?.replicas ?? 0) === 0);

/** Whether all of the wanted canary pods run the revision and are available. */
export const arePodsAvailable = (
  canary: Deployment | undefined,
  { revision, replicas }: Pick<Release, 'revision' | 'replicas'>,
): boolean =>
  runsRevision(canary, revision) &&
  isObserved(canary) &&
  (canary.status?.updatedReplicas ?? 0) >= replicas &&
  availableReplicas(canary) >= replicas;

/** The same, and no pod of another template is left. */
export const isCanaryReady = (s: Releasing): boolean =>
  arePodsAvailable(s.seen.canary, s.state.release) && strangeSet(s) === undefined;

/**
 * Names of the release's pods that its Service lists. Another controller lists them than the one that counts them as available,
 * and on its own time: a weight for pods that the mesh has not heard of is a weight for errors.
 */
export function listedPods({
  canary,
  endpoints,
  replicaSets = [],
}: Pick<Observation, 'canary' | 'endpoints' | 'replicaSets'>): string[] {
  if (canary === undefined) return [];
  const { template } = canary.spec;
  const own = replicaSets.filter((set) => ownedBy(canary, set) && sameRevision(set.spec.template, template));
  return endpoints.filter((name) => own.some((set) => name.startsWith(podPrefix(set))));
}

/** Whether a weight would find all wanted pods. */
export const isReachable = (s: Releasing): boolean =>
  isCanaryReady(s) && listedPods(s.seen).length >= s.state.release.replicas;

/** What the API server's `generateName` leaves of a long name: 63 characters less the five random ones. */
const podPrefix = ({ metadata }: ReplicaSet): string => `${metadata.name}-`.slice(0, 58);

/** Whether no traffic can reach the canary's pods any more, so that they may go or change. A route that cannot be read may lead there. */
export function isDrained(s: Releasing): boolean {
  const { canary, route } = s.seen;
  if (isScaledDown(canary)) return true;
  if (!isKnown(s.seen, 'routes')) return false;
  if (route === undefined && !isRouteGone(s.state.release, s.seen)) return true;
  const settled = !ACTIVE.has(s.state.phase) || atWeightFor(s, s.settleMs);
  return (route?.weight ?? 0) === 0 && s.state.release.weight === 0 && settled;
}

/**
 * A ReplicaSet with pods of another template than the canary's, where all were of it before: somebody edited it by hand.
 * Until the canary was ready, such pods are what is left of the revision before. The canary's own status must say so too,
 * for the two are seen by different watches.
 */
export function tamperedSet(s: Releasing): string | undefined {
  const { replicas = 0, updatedReplicas = 0 } = s.seen.canary?.status ?? {};
  return s.state.release.ready > 0 && replicas > updatedReplicas ? strangeSet(s)?.metadata.name : undefined;
}

function strangeSet({ seen: { canary, replicaSets = [] } }: Releasing): ReplicaSet | undefined {
  if (canary === undefined) return undefined;
  const own = replicaSets.filter((set) => ownedBy(canary, set) && !isEmpty(set));
  return own.find((set) => !sameRevision(set.spec.template, canary.spec.template));
}
