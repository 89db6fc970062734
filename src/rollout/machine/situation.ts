import type { RolloutSpec } from '../spec/spec-types.ts';
import type { DecidedBy } from './commands/decided-by.ts';
import { type Fact, fact, type Reason } from './facts.ts';
import type { Observation } from './observation.ts';
import type { DefaultAlert } from './outbox.ts';
import { type Phase, type Release, type RolloutState, time } from './state.ts';

/** Everything a decision is made from. */
export interface Situation {
  spec: RolloutSpec;
  state: RolloutState;
  seen: Observation;
  /** Milliseconds since the epoch. */
  now: number;
  /** How long a route needs to reach every proxy, in milliseconds; no pod loses its work before that. */
  settleMs: number;
  /** How often the metrics server reads figures, in milliseconds; nothing is measured in less time. */
  scrapeMs: number;
  /** The selector label that gets the canary's suffix. */
  label: string;
  /** This process, among those that work on the same Canaries. */
  self: string;
  /** The installation's own receivers of notifications. */
  defaultAlerts: readonly DefaultAlert[];
}

/** A situation with a release under way. */
export type Releasing = Situation & { state: RolloutState & { release: Release } };

/** What a phase answers: the state after this tick, and what is to be told. */
export interface Next {
  state: RolloutState;
  facts: Fact[];
}

/** No change but what is told. */
export const stay = ({ state }: Situation, ...facts: Fact[]): Next => ({ state, facts });

/** The same phase with changes to the release. */
export const updateRelease = ({ state }: Releasing, changes: Partial<Release>, ...facts: Fact[]): Next => ({
  state: { ...state, release: { ...state.release, ...changes } },
  facts,
});

/** The same situation with changes to the release, for what is decided next. */
export const withRelease = (s: Releasing, changes: Partial<Release>): Releasing => ({
  ...s,
  state: { ...s.state, release: { ...s.state.release, ...changes } },
});

/** Another phase, with changes to the release. */
export function enterPhase(s: Releasing, phase: Phase, changes: Partial<Release>, ...facts: Fact[]): Next {
  const since = phase === s.state.phase ? s.state.since : time(s.now);
  return { state: { ...s.state, phase, since, release: { ...s.state.release, ...changes } }, facts };
}

/** The release's timers, cleared: a new weight or phase starts its own. */
export const NO_TIMERS = { weightSince: undefined, checkAt: undefined, deadline: undefined };

/** Why the release waits, cleared: nothing is in its way any more. */
export const NO_REASON = { reason: undefined, message: undefined };

/** No hook is asked for anything any more. */
export const NO_HOOK_CALLS = { calls: undefined, awaiting: undefined };

/**
 * Take all traffic from the canary and end the release as failed. Moves toward the stable pods wait for nothing.
 * @param decidedBy who wants it; undefined where the release failed by itself
 */
export function fail(s: Releasing, reason: Reason, message: string, decidedBy?: DecidedBy): Next {
  const { release } = s.state;
  const text = `${displayName(s)} ${release.revision} ${message}; traffic goes back to the running version`;
  return enterPhase(
    s,
    'Finalising',
    { ...withoutTraffic(release), ...NO_HOOK_CALLS, outcome: 'failed', reason, message, decidedBy },
    fact(reason, text, release.revision),
  );
}

/** The release at weight 0, where no pod is missed and nothing is refused. A route already seen there keeps its time. */
export const withoutTraffic = (release: Release): Partial<Release> => ({
  ...(release.weight === 0 ? { checkAt: undefined, deadline: undefined } : { ...NO_TIMERS, weight: 0 }),
  unreadySince: undefined,
  refusal: undefined,
});

/** What messages call the Deployment: `name.namespace`. */
export const displayName = ({ seen: { deployment } }: Situation): string =>
  `${deployment.metadata.name}.${deployment.metadata.namespace ?? 'default'}`;

/** Whether the route was seen at the release's weight for `duration` milliseconds. */
export const atWeightFor = ({ state: { release }, now }: Releasing, duration: number): boolean =>
  release.weightSince !== undefined && now - Date.parse(release.weightSince) >= duration;
