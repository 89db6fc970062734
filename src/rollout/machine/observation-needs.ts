import { pinsTextOf } from '../pins/pins.ts';
import type { AutoscalerRef, BuiltinMetric, Metric, RolloutSpec } from '../spec/spec-types.ts';
import { findReplicaSet, ownedBy } from '../workload/stable.ts';
import { areHooksUnanswered, hooksOf } from './ask-hooks.ts';
import { listedPods, runsRevision } from './canary-pods.ts';
import { windowFor } from './check-window.ts';
import type { Observation } from './observation.ts';
import { isRollingBack } from './roll-back.ts';
import { ACTIVE, AT_GATE, ms, type Release, ROLLING_OUT, type RolloutState, SERVING } from './state.ts';
import { arePodsLate } from './troubles/late-pods.ts';
import { canSpare, missingPods } from './troubles/missing-pods.ts';
import { expectsRoute } from './troubles/route-missing.ts';

/** A check to be made. */
export interface DueCheck {
  metric: Metric;
  windowMs: number;
  /** The canary's, in percent, for the whole window. */
  weight: number;
  /** How long the weight has been in force, in milliseconds. */
  weightMs: number;
  /** For how long the Deployment rolls out, whose pods are measured; left out where the canary is. */
  rolloutMs?: number;
}

/** Whether the ReplicaSets are to be read: under a hold they say what really runs. */
export const needsReplicaSets = (held: boolean, state: RolloutState | undefined): boolean =>
  held || (state !== undefined && ACTIVE.has(state.phase));

/**
 * Whether the API server is to be asked what it makes of the recorded template of the stable pods: before a ReplicaSet is taken as
 * gone, and before a template that nobody held is taken as another revision. A newer API server has more defaults than the record.
 */
export function needsRestating(
  state: RolloutState | undefined,
  { hold, revision, deployment, replicaSets }: Omit<Observation, 'checks'>,
): boolean {
  const { stable, phase = 'Initialized' } = state ?? {};
  if (stable === undefined) return false;
  if (hold.state === 'open') return !ACTIVE.has(phase) && revision !== stable.revision;
  const own = replicaSets?.filter((set) => ownedBy(deployment, set));
  return own !== undefined && findReplicaSet(stable.template, own) === undefined;
}

/** Whether a revision is held whose release has not begun: then policies, and names that others may have, are to be read. */
export const isNewRevision = (held: boolean, revision: string, state: RolloutState | undefined): boolean =>
  held && state?.release?.revision !== revision;

/** Whether a canary may have to start: then it counts how many others do. */
export const mayStart = ({ hold, revision }: Omit<Observation, 'checks'>, state: RolloutState | undefined): boolean =>
  hold.state === 'held' && !(state?.release?.revision === revision && SERVING.has(state.phase));

/**
 * The autoscaler that is to be read, with that of the canary: the one that the release under way began with, so that what was
 * made by it goes with it, or the one that is named now.
 */
export function autoscalerToRead(
  spec: RolloutSpec,
  state: RolloutState | undefined,
  isNew: boolean,
): AutoscalerRef | undefined {
  const { release, phase = 'Initialized' } = state ?? {};
  if (ACTIVE.has(phase)) return release?.autoscaler ?? spec.autoscalerRef;
  return isNew ? spec.autoscalerRef : undefined;
}

/**
 * Whether what users have in the namespace is to be read anew at the next look: a route is expected without a release, and there is
 * none, or none can be made. Nothing is watched then that would tell when one comes, or what was in the way is mended.
 */
export const needsFreshRead = (
  spec: RolloutSpec,
  { service, obstacle, route }: Pick<Observation, 'service' | 'obstacle' | 'route'>,
): boolean => expectsRoute(spec) && (service.is !== 'found' || obstacle !== undefined || route === undefined);

/** Whether it is to be read to which pods the canary's Service leads: a weight may have to rise. */
export const needsEndpoints = (state: RolloutState | undefined): boolean =>
  state?.release?.path === 'canary' && SERVING.has(state.phase);

interface Moment {
  spec: RolloutSpec;
  now: number;
  /** Names of the canary's pods that have been found to be what its template says: what a pod refers to never changes. */
  pinned: ReadonlySet<string>;
}

/**
 * Whether the canary's pods are to be read: some are missing, and what became of them decides whether that is borne; or they do
 * not get ready, and people are told why; or they are pinned, and one that was not read yet gets traffic or is about to.
 */
export function needsPods(
  state: RolloutState | undefined,
  seen: Omit<Observation, 'checks'>,
  { spec, now, pinned }: Moment,
): boolean {
  const release = state?.release;
  if (state === undefined || release?.path !== 'canary' || !SERVING.has(state.phase)) return false;
  if (arePodsLate(state, spec, now)) return true;
  if (arePinsToBeSeen(state, release, seen, pinned)) return true;
  const missing = missingPods(release, seen.canary);
  return missing > 0 && canSpare(release, missing);
}

/**
 * The first pods are read when all are there that get the first traffic, and each later one as soon as the Service lists it: one that
 * takes the place of another so fast that no count shows it, too.
 */
function arePinsToBeSeen(
  state: RolloutState,
  release: Release,
  seen: Omit<Observation, 'checks'>,
  pinned: Moment['pinned'],
): boolean {
  const { canary } = seen;
  if (!runsRevision(canary, release.revision) || pinsTextOf(canary.spec.template) === '') return false;
  const listed = listedPods(seen);
  const isFirst = release.weight === 0 && !ROLLING_OUT.has(state.phase) && listed.length >= release.replicas;
  return (release.weight > 0 || isFirst) && listed.some((name) => !pinned.has(name));
}

interface Clock {
  now: number;
  /** How often the metrics server reads figures. */
  scrapeMs: number;
}

/** The checks that are due; undefined if none are. */
export function dueChecks(
  spec: RolloutSpec,
  state: RolloutState | undefined,
  { now, scrapeMs }: Clock,
): DueCheck[] | undefined {
  const release = state?.release;
  if (state === undefined || release?.checkAt === undefined || now < ms(release.checkAt)) return undefined;
  if (release.weightSince === undefined) return undefined;
  if (ROLLING_OUT.has(state.phase)) return promotionChecks(spec, release, { now, scrapeMs });
  if (state.phase !== 'Progressing' || areHooksUnanswered(release, hooksOf(spec, 'rollout'), release.checkAt))
    return undefined;
  return canaryChecks(spec, release, { now, scrapeMs });
}

function canaryChecks(spec: RolloutSpec, release: Release, { now, scrapeMs }: Clock): DueCheck[] {
  const { weight, weightSince } = release;
  const weightMs = weightSince === undefined ? 0 : now - ms(weightSince);
  return spec.analysis.metrics.map((metric) => ({
    metric,
    windowMs: windowFor(metric, { weightMs, scrapeMs }),
    weight,
    weightMs,
  }));
}

/** Of the canary as before, and of the pods that take its place: what their clients get, as far as that says anything. */
function promotionChecks(spec: RolloutSpec, release: Release, clock: Clock): DueCheck[] {
  if (release.promotedAt === undefined) return [];
  const rolloutMs = clock.now - ms(release.promotedAt);
  const canary = canaryChecks(spec, release, clock);
  const measured = canary.filter(
    ({ metric: { source } }) => 'builtin' in source && ROLLOUT_MEASURES.has(source.builtin),
  );
  return [...(release.weight > 0 ? canary : []), ...measured.map((check) => ({ ...check, rolloutMs }))];
}

/** New pods are slow at first, so that a duration would say little. */
const ROLLOUT_MEASURES: ReadonlySet<BuiltinMetric> = new Set(['request-success-rate']);

export type DoubtfulRead = 'deployment' | 'canary' | 'route';

/**
 * What was read from a watch and contradicts the state: a watch may lag behind a state that another worker committed, so it
 * is read again from the API server before anything is concluded from it.
 */
export function doubtfulReads(state: RolloutState | undefined, seen: Omit<Observation, 'checks'>): DoubtfulRead[] {
  const release = state?.release;
  if (state === undefined || release === undefined) return [];
  const { phase } = state;
  const found: DoubtfulRead[] = [];
  if (holdDoubtful(state, seen)) found.push('deployment');
  const serving = SERVING.has(phase);
  if (serving && release.path === 'canary' && canaryDoubtful(release, seen)) found.push('canary');
  if (serving && release.weightSince !== undefined && seen.route?.weight !== release.weight) found.push('route');
  return found;
}

/** Pods that were ready seem to be so no more, or the canary seems to be another one. */
const canaryDoubtful = (release: Release, { canary }: Omit<Observation, 'checks'>): boolean =>
  missingPods(release, canary) > 0;

const isBackAt = ({ release, stable }: RolloutState, revision: string): boolean =>
  isRollingBack(release) && revision === stable?.revision;

/** The gate seems to be in another state than what was committed. */
function holdDoubtful(state: RolloutState, { hold, revision }: Omit<Observation, 'checks'>): boolean {
  const { phase, release } = state;
  const same = revision === release?.revision;
  if (AT_GATE.has(phase) || (phase === 'Finalising' && release?.outcome === 'failed'))
    return hold.state !== 'held' || !same;
  if (phase === 'Promoting') return !same && !isBackAt(state, revision);
  if (phase === 'Finalising') return hold.state === 'held' || !same;
  return phase === 'Failed' ? hold.state === 'open' : hold.state === 'held' && same;
}
