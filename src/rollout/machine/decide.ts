import { wantedReplicas } from '../workload/rollout-status.ts';
import { findStable } from '../workload/stable.ts';
import { revisionOf, sameRevision } from '../workload/template.ts';
import { handedOver, wantedCalls } from './ask-hooks.ts';
import { withBypassExpiry } from './bypass-expiry.ts';
import type { WantedCall, WantedPoll } from './calls.ts';
import { isScaledDown, runsRevision } from './canary-pods.ts';
import { carryOutCommand } from './commands/carry-out-command.ts';
import type { Effect } from './effects.ts';
import { ensure } from './ensure.ts';
import { type Fact, fact } from './facts.ts';
import { withFence } from './fence.ts';
import { rollbackRequested, wantedPolls } from './gates.ts';
import { historyAfter } from './history.ts';
import { abandonedRelease, newRevision, refreshedStable } from './new-revision.ts';
import { outboxAfter } from './outbox.ts';
import { ended } from './phases/ended.ts';
import { finalising } from './phases/finalising.ts';
import { paused } from './phases/paused.ts';
import { progressing } from './phases/progressing.ts';
import { promoting } from './phases/promoting.ts';
import { waiting } from './phases/waiting.ts';
import { withPinningOver } from './pins/pin-move.ts';
import { withStablePods } from './pins/stable-pods.ts';
import { routableSince } from './routable.ts';
import { displayName, type Next, type Releasing, type Situation, stay, updateRelease } from './situation.ts';
import { isRouteUnseen } from './sources.ts';
import { ACTIVE, type Phase, type Release, type RolloutState, SERVING, time } from './state.ts';
import { autoscalerRead } from './troubles/autoscaler-gap.ts';
import { recordDeleted } from './troubles/record-deleted.ts';
import { isRouteGone, routeGone } from './troubles/route-gone.ts';
import { wakeAt } from './wake.ts';

/** What is to be done now, in this order: commit the state, apply the effects, tell the facts. */
export interface Decision {
  /** To be committed before any effect is applied. */
  state: RolloutState;
  /** What makes the world match the state, in order. */
  effects: Effect[];
  facts: Fact[];
  /** Questions that this process is to put to hooks, or is putting. */
  calls: WantedCall[];
  polls: WantedPoll[];
  /** Milliseconds since the epoch when to look again if nothing happens before. */
  wakeAt?: number;
}

const PHASE: Record<Phase, (s: Releasing) => Next> = {
  Initialized: stay,
  Waiting: waiting,
  Progressing: progressing,
  Paused: paused,
  Promoting: promoting,
  Stalled: promoting,
  Finalising: finalising,
  Succeeded: ended,
  Failed: ended,
};

/**
 * One decision: pure and total. The same situation always gives the same answer. At most one thing happens to the state per
 * decision; deciding again and again on an unchanged world soon comes to rest, at the same state and effects.
 */
export function decide(situation: Omit<Situation, 'state'> & { state: RolloutState | undefined }): Decision {
  const { state, ...rest } = situation;
  const decided = state === undefined ? enrol(rest) : transition({ ...rest, state });
  const next = withBypassExpiry(rest, { ...decided, state: withFence(state, decided.state, rest) });
  const after: Situation = { ...rest, state: next.state };
  const wake = wakeAt(after);
  const effects = ensure(after);
  const restored = restorations(after, effects);
  const facts = [...next.facts, ...restored.facts];
  return {
    state: recorded(rest, state, { state: restored.state, facts }),
    facts,
    effects,
    calls: wantedCalls(after),
    polls: wantedPolls(after),
    ...(wake !== undefined && { wakeAt: wake }),
  };
}

/** The state with what was told and what ended by it. */
function recorded(
  rest: Omit<Situation, 'state'>,
  before: RolloutState | undefined,
  { state, facts }: Next,
): RolloutState {
  const { told: _told, outbox: _outbox, history: _history, ...others } = state;
  const history = before === undefined ? [] : historyAfter(before, state, rest.now);
  return { ...others, ...outboxAfter(rest, state, facts), ...(history.length > 0 && { history }) };
}

/** A ReplicaSet that has to be made again is worth telling, once: somebody deleted what was serving. It may take many attempts. */
function restorations(s: Situation, effects: readonly Effect[]): Next {
  const { restoring, ...state } = s.state;
  if (!effects.some((effect) => effect.do === 'createReplicaSet')) return { state, facts: [] };
  const message = `The ReplicaSet of the running version of ${displayName(s)} is gone; it is made again from the record`;
  const told = restoring ? [] : [fact('StableRestored', message, s.state.stable?.revision)];
  return { state: { ...state, restoring: true }, facts: told };
}

/** The first look: what runs now is the stable revision. */
function enrol(rest: Omit<Situation, 'state'>): Next {
  const { deployment, hold, replicaSets } = rest.seen;
  const state: RolloutState = { phase: 'Initialized', since: time(rest.now) };
  const found = hold.state === 'open' ? undefined : findStable(deployment, replicaSets ?? []);
  const s: Situation = { ...rest, state: { ...state, ...(found && { stable: found }) } };
  const stable = refreshedStable(s);
  const told = fact('Enrolled', `${displayName(s)} is gated: a change of its pod template is released by canary`);
  const enrolled: RolloutState = { ...state, ...(stable && { stable }) };
  const abandoned = abandonedRelease({ ...rest, state: enrolled });
  return { state: abandoned?.state ?? enrolled, facts: [told, ...(abandoned?.facts ?? [])] };
}

/** The record follows what the API server makes of it: it is the same revision, and the same pods run it. */
function withRestated(s: Situation): Situation {
  const { stable } = s.state;
  const { restated } = s.seen;
  if (stable === undefined || restated === undefined || sameRevision(restated, stable.template)) return s;
  return { ...s, state: { ...s.state, stable: { ...stable, revision: revisionOf(restated), template: restated } } };
}

function transition(recorded: Situation): Next {
  const s = withStablePods(withPinningOver(withRestated(recorded)));
  const { deployment, hold, replicaSets = [] } = s.seen;
  const stable = refreshedStable(s) ?? (hold.state === 'held' ? findStable(deployment, replicaSets) : undefined);
  const release = recounted(withRoutable(withService(withSize(withHandedOver(s)))));
  const state: RolloutState = { ...s.state, ...(stable && { stable }), ...(release && { release }) };
  const fresh: Situation = { ...s, state };
  return newRevision(fresh) ?? carryOutCommand(fresh) ?? inPhase(fresh);
}

/** The release, under way or over, of which a process that stops leaves its questions to others. */
function withHandedOver(s: Situation): Situation {
  const { release } = s.state;
  if (!s.seen.isLeaving || release?.calls === undefined) return s;
  return { ...s, state: { ...s.state, release: { ...release, calls: handedOver(release.calls, s) } } };
}

/** The release under way, which takes note of the most pods that the Deployment had: all traffic together needs as many. */
function withSize(s: Situation): Situation {
  const { release, phase } = s.state;
  if (release === undefined || !SERVING.has(phase)) return s;
  const stableReplicas = Math.max(release.stableReplicas, wantedReplicas(s.seen.deployment));
  return { ...s, state: { ...s.state, release: { ...release, stableReplicas } } };
}

/** The release under way, which takes note of its Service: by that the route is found when no Service can be read. */
function withService(s: Situation): Situation {
  const { release, phase } = s.state;
  const { service } = s.seen;
  if (release?.path !== 'canary' || !ACTIVE.has(phase) || service.is !== 'found') return s;
  return { ...s, state: { ...s.state, release: { ...release, service: service.service.metadata.name } } };
}

/** The release under way, which takes note of when all was there that its weight names. */
function withRoutable(s: Situation): Situation {
  const { release, phase } = s.state;
  if (release?.path !== 'canary' || !ACTIVE.has(phase)) return s;
  const since = routableSince({ ...s, state: { ...s.state, release } });
  return { ...s, state: { ...s.state, release: { ...release, routableSince: since } } };
}

/**
 * The route has another weight than the release wants, as somebody changed it: what is counted from its weight starts anew.
 * While it cannot be read it counts as it was.
 */
function recounted({ state: { phase, release }, seen }: Situation): Release | undefined {
  if (release?.weightSince === undefined || !ACTIVE.has(phase) || isRouteUnseen(seen)) return release;
  const weight = isRouteGone(release, seen) ? 0 : seen.route?.weight;
  return weight === release.weight ? release : { ...release, weightSince: undefined, checkAt: undefined };
}

function inPhase(s: Situation): Next {
  const { release, phase } = s.state;
  if (release === undefined) return stay(s);
  const releasing: Releasing = { ...s, state: { ...s.state, release } };
  return (
    recordDeleted(releasing) ??
    routeGone(releasing) ??
    routeEmptied(releasing) ??
    rollbackRequested(releasing) ??
    autoscalerRead(releasing) ??
    PHASE[phase](releasing)
  );
}

/**
 * Notes when the route was first seen at weight 0 while canary pods are to go: they go a settling time later (`isDrained`).
 */
function routeEmptied(s: Releasing): Next | undefined {
  const { canary, route } = s.seen;
  const { release, phase } = s.state;
  if (!ACTIVE.has(phase) || release.weight > 0 || release.weightSince !== undefined) return undefined;
  const wanted = phase === 'Progressing' || phase === 'Paused' ? release.replicas : 0;
  const stays = runsRevision(canary, release.revision) && (canary.spec.replicas ?? 1) <= wanted;
  const isEmpty = isRouteGone(release, s.seen) || route?.weight === 0;
  if (stays || !isEmpty || isScaledDown(canary)) return undefined;
  return updateRelease(s, { weightSince: time(s.now) });
}
