import { canaryName } from '../names.ts';
import { printable } from '../printable.ts';
import type { Hold } from '../workload/hold.ts';
import {
  availableReplicas,
  conditionOf,
  isRolledOut,
  isUserPaused,
  wantedReplicas,
} from '../workload/rollout-status.ts';
import { findReplicaSet, findStable, isEmpty, ownedBy } from '../workload/stable.ts';
import { imagesOf, sameRevision } from '../workload/template.ts';
import { isAbortAsked } from './commands/carry-out-command.ts';
import { bypassDecision, decidedWords } from './commands/decided-by.ts';
import { type Fact, fact, type Reason } from './facts.ts';
import { stableAndPrevious } from './phases/promoting.ts';
import { startOrWait, untilPinned } from './phases/waiting.ts';
import { awaitsPins } from './pins/pin-move.ts';
import { isRollingBack } from './roll-back.ts';
import { routableBefore } from './routable.ts';
import { displayName, enterPhase, type Next, type Releasing, type Situation } from './situation.ts';
import { isKnown } from './sources.ts';
import { ACTIVE, type Release, type ReleasePath, ROLLING_OUT, time } from './state.ts';
import { autoscalerFacts, autoscalerFindings } from './troubles/autoscaler-gap.ts';
import { policyFindings } from './troubles/policy-gap.ts';
import { deletionFact, isAbandoned, RECORD_DELETED } from './troubles/record-deleted.ts';
import { lateLift } from './troubles/refused-roll-out.ts';

/**
 * Starts the release of a revision that the state does not know of yet: one that is held at the gate, or one that went past
 * it. The release before it is superseded. Undefined where there is none.
 */
export function newRevision(s: Situation): Next | undefined {
  const { hold } = s.seen;
  if (hold.state === 'unreadable' || !isKnown(s.seen, 'deployment')) return undefined;
  return hold.state === 'held' ? heldRevision(s, hold.hold) : ungatedRevision(s);
}

function isUnderWay({ state: { phase, release }, seen: { revision } }: Situation): boolean {
  if (release?.revert === revision && phase === 'Promoting') return true;
  return release?.revision === revision && (ACTIVE.has(phase) || phase === 'Failed');
}

function heldRevision(s: Situation, hold: Hold): Next | undefined {
  const { release } = s.state;
  if (isUnderWay(s) && !(s.state.phase === 'Finalising' && release?.outcome === 'succeeded')) return undefined;
  if (s.seen.replicaSets === undefined && !isRunningRecorded(s)) return undefined;
  if (hold.verdict !== undefined && hold.revision === s.seen.revision) return alreadyFailed(s, hold);
  if (awaitsPins(s)) return isAbortAsked(s) ? undefined : untilPinned(s);
  const fresh = withInterruptedPromotion(s);
  return start(fresh, releasePathOf(fresh), hold.by);
}

/**
 * Whether the record tells what runs, so that a revision may take the place of another, or go back, while ReplicaSets cannot be
 * read. In mid-promotion they alone tell which of the two revisions has the pods.
 */
const isRunningRecorded = ({ state: { phase, stable } }: Situation): boolean =>
  stable?.available === true && !ROLLING_OUT.has(phase);

/**
 * Another revision comes while one is being promoted. If most pods run the one under promotion already, it is the stable
 * revision from now on: a failure of the new one goes back to it, and not to the one before.
 */
function withInterruptedPromotion(s: Situation): Situation {
  const { state, seen } = s;
  const { phase, release } = state;
  if (release === undefined || !ROLLING_OUT.has(phase) || isRollingBack(release)) return s;
  const found = findStable(seen.deployment, seen.replicaSets ?? []);
  if (found === undefined || found.revision !== release.revision) return s;
  const { previous: _previous, ...rest } = state;
  return { ...s, state: { ...rest, ...stableAndPrevious({ ...s, state: { ...state, release } }, found) } };
}

/** The hold has a verdict that the state does not know of, as the Canary was deleted and made anew: the verdict stands. */
const alreadyFailed = (s: Situation, hold: Hold): Next => endedBefore(s, hold, 'Aborted', hold.reason ?? 'failed');

/**
 * The first look at a Deployment whose release was under way: its record is lost, and with it what was found out. Nothing
 * begins by itself; undefined where nothing was under way.
 */
export function abandonedRelease(s: Situation): Next | undefined {
  const { hold, canary } = s.seen;
  if (hold.state !== 'held' || !isAbandoned(s.seen, canary)) return undefined;
  return { ...endedBefore(s, hold.hold, 'RecordDeleted', RECORD_DELETED), facts: [deletionFact(s)] };
}

function endedBefore(s: Situation, { by }: Hold, reason: Reason, message: string): Next {
  const release: Release = { ...newRelease(s, 'canary', by), ...policyFindings(s), outcome: 'failed', reason, message };
  return { state: { ...s.state, phase: 'Finalising', since: time(s.now), release }, facts: [] };
}

/** How a held revision may come to the Deployment. */
function releasePathOf(s: Situation): ReleasePath {
  const { state, seen, now, spec } = s;
  if (seen.revision === state.stable?.revision || runsHeldTemplate(s)) return 'withdrawn';
  const { previous } = state;
  const inWindow = previous !== undefined && now - Date.parse(previous.replacedAt) < spec.rollbackWindowMs;
  if (inWindow && previous.revision === seen.revision) return 'wayBack';
  return isUnprotected(s) ? 'unprotected' : 'canary';
}

/**
 * Whether the only ReplicaSet with pods has the held template; compared as the Deployment controller does, not by a stored
 * hash. It does not count where the stable ReplicaSet is still there, without pods: then this one has taken its place.
 */
function runsHeldTemplate({ state: { stable }, seen: { deployment, replicaSets = [] } }: Situation): boolean {
  const own = replicaSets.filter((set) => ownedBy(deployment, set));
  const [running, ...others] = own.filter((set) => !isEmpty(set));
  if (running === undefined || others.length > 0) return false;
  const recorded = stable && findReplicaSet(stable.template, own);
  return (recorded ?? running) === running && sameRevision(running.spec.template, deployment.spec.template);
}

/** Whether no pod of the Deployment was ever available, so that nothing is to be protected; scaled to zero is not that. */
function isUnprotected({ state, seen: { deployment, replicaSets } }: Situation): boolean {
  if (replicaSets === undefined) return false;
  if (state.stable?.available || wantedReplicas(deployment) === 0 || availableReplicas(deployment) > 0) return false;
  if (conditionOf(deployment, 'Progressing')?.reason === 'NewReplicaSetAvailable') return false;
  return replicaSets.every((set) => !ownedBy(deployment, set) || (set.status?.availableReplicas ?? 0) === 0);
}

/** A release is under way, or has failed, so that the stable template takes its place; one that rolls back wants that itself. */
const isKeptOut = ({ phase, release }: Situation['state']): boolean =>
  phase === 'Failed' || (ACTIVE.has(phase) && !isRollingBack(release));

/** No hold: is the template the one that the state expects? */
function ungatedRevision(s: Situation): Next | undefined {
  const { state, seen } = s;
  const { phase, release, stable } = state;
  if (isUserPaused(seen.deployment) && phase !== 'Promoting') return undefined;
  const lifted = ROLLING_OUT.has(phase) || (phase === 'Finalising' && release?.outcome !== 'failed');
  if (lifted && release?.revision === seen.revision) return undefined;
  const late = lateLift(s);
  if (late) return late;
  if (stable !== undefined && seen.revision === stable.revision) {
    return isKeptOut(state) ? start(s, 'withdrawn', '') : undefined;
  }
  return start(s, 'outside', '');
}

function newRelease({ seen, now }: Situation, path: ReleasePath, requestedBy: string): Release {
  const { service } = seen;
  return {
    ...(path === 'canary' && service.is === 'found' && { service: service.service.metadata.name }),
    revision: seen.revision,
    requestedBy,
    images: imagesOf(seen.deployment.spec.template),
    path,
    startedAt: time(now),
    weight: 0,
    replicas: 0,
    ready: 0,
    stableReplicas: wantedReplicas(seen.deployment),
    failedChecks: 0,
    inconclusive: 0,
    errors: 0,
  };
}

/**
 * A release begins at weight 0, and the route follows before the canary changes. Where the route was seen at 0 for the
 * release before, the time since then counts.
 */
function start(s: Situation, path: ReleasePath, requestedBy: string): Next {
  const before = s.state.release;
  const timer = before?.weight === 0 && before.weightSince !== undefined ? { weightSince: before.weightSince } : {};
  const findings = path === 'canary' ? { ...policyFindings(s), ...autoscalerFindings(s) } : {};
  const routableSince = path === 'canary' ? routableBefore(s) : undefined;
  const decidedBy = path === 'outside' ? bypassDecision(s) : undefined;
  const begun: Release = { ...newRelease(s, path, requestedBy), ...timer, ...findings, routableSince };
  const release: Release = { ...begun, ...(decidedBy && { decidedBy }) };
  const releasing: Releasing = { ...s, state: { ...s.state, release } };
  const next = path === 'canary' ? startOrWait(releasing) : enterPhase(releasing, 'Promoting', {});
  const told = fact(...FACTS[path](releasing), release.revision);
  const found = [...policyFacts(releasing), ...autoscalerFacts(release)];
  const facts = [...supersededBy(s), told, ...found, ...next.facts];
  return { state: { ...next.state, since: time(s.now) }, facts };
}

const policyFacts = ({ state: { release } }: Releasing): Fact[] =>
  release.policyGap === undefined ? [] : [fact('PolicyGap', release.policyGap, release.revision)];

function supersededBy({ state, seen }: Situation): Fact[] {
  const { release, phase } = state;
  if (release === undefined || release.path !== 'canary' || release.outcome !== undefined || !ACTIVE.has(phase))
    return [];
  if (phase === 'Promoting' || phase === 'Stalled' || release.revision === seen.revision) return [];
  return [fact('Superseded', `${release.revision} gives way to ${seen.revision}`, release.revision)];
}

const pastGate = ({ state: { release } }: Releasing): string =>
  release.decidedBy === undefined ? '' : ` ${decidedWords(release.decidedBy)}`;

type FactOf = (s: Releasing) => [Fact['reason'], string];
const FACTS: Record<ReleasePath, FactOf> = {
  canary: (s) => {
    const by = s.state.release.requestedBy ? ` (asked for by ${printable(s.state.release.requestedBy)})` : '';
    const canary = canaryName(s.seen.deployment.metadata.name);
    return [
      'NewRevision',
      `New revision detected ${displayName(s)} ${s.state.release.revision}${by}; scaling up ${canary}`,
    ];
  },
  withdrawn: (s) => [
    'Withdrawn',
    `${displayName(s)} is asked to run ${s.state.release.revision} again, which it runs; nothing to analyse`,
  ],
  wayBack: (s) => [
    'WayBack',
    `${displayName(s)} goes back to ${s.state.release.revision}, the version before, at once`,
  ],
  unprotected: (s) => [
    'NothingToProtect',
    `${displayName(s)} has no available pod to protect; ${s.state.release.revision} rolls out at once`,
  ],
  outside: (s) => [
    'WentAround',
    `${displayName(s)} ${s.state.release.revision} went past the gate${pastGate(s)} and rolls out without a canary`,
  ],
};

/** The stable revision of an idle Deployment, kept up to date: a restart changes the template and not the revision. */
export function refreshedStable({ state, seen }: Situation): Situation['state']['stable'] {
  const { deployment, revision, hold } = seen;
  if (hold.state !== 'open' || ACTIVE.has(state.phase) || deployment.spec.paused) return state.stable;
  if (!isKnown(seen, 'deployment')) return state.stable;
  if (state.stable !== undefined && state.stable.revision !== revision) return state.stable;
  const available =
    (state.stable?.available ?? false) || (isRolledOut(deployment) && availableReplicas(deployment) > 0);
  return { revision, template: deployment.spec.template, available };
}
