import { readBypass } from '../workload/bypass.ts';
import { isScaledDown } from './canary-pods.ts';
import { roundsSince } from './check-window.ts';
import { gateDeadlines, nextPoll } from './gates.ts';
import { meshKnowsPodsAt } from './phases/promoting.ts';
import { meshKnowsCanaryAt } from './routable.ts';
import type { Situation } from './situation.ts';
import { ms, type Release, ROLLING_OUT, SERVING, TIMED } from './state.ts';
import { lateAt } from './troubles/late-pods.ts';
import { waitsUnwatched } from './troubles/obstacle.ts';
import { promotedAgainAt } from './troubles/refused-roll-out.ts';
import { expectsRouteFrom, routeMissing } from './troubles/route-missing.ts';

/**
 * When the state asks to be looked at again by the clock: the earliest of its timers that is still to come, milliseconds
 * since the epoch. What is due already has been seen by this decision, and waits for something else to happen.
 */
export function wakeAt(s: Situation): number | undefined {
  const times = [...timers(s), ...questions(s), ...routeLooks(s), ...unknownLooks(s), ...endOfBypass(s)].filter(
    (at) => at > s.now,
  );
  return times.length > 0 ? Math.min(...times) : undefined;
}

function endOfBypass({ seen: { deployment }, now }: Situation): number[] {
  const bypass = readBypass(deployment, now);
  return bypass.is === 'inForce' ? [bypass.endsAt] : [];
}

/** How soon what is in the way, and not watched, is looked for again, and how late at most; in between, after as long as it waits. */
const SOONEST_LOOK_MS = 5_000;
const LATEST_LOOK_MS = 60_000;

function nextLook({ state, now }: Situation): number {
  const waited = now - ms(state.since);
  return now + Math.min(Math.max(waited, SOONEST_LOOK_MS), LATEST_LOOK_MS);
}

/** When a route that is wanted may be made, and while none can be, whether it can by now. */
const routeLooks = (s: Situation): number[] => [expectsRouteFrom(s) ?? 0, ...(routeMissing(s) ? [nextLook(s)] : [])];

/** Until all is known: no watch tells that a right is given again. */
const UNKNOWN_LOOK_MS = 2_000;

const unknownLooks = ({ seen: { unknown }, now }: Situation): number[] => (unknown ? [now + UNKNOWN_LOOK_MS] : []);

function timers(s: Situation): number[] {
  const { state, seen, spec, settleMs } = s;
  const { phase, since, release } = state;
  if (release === undefined) return isScaledDown(seen.canary) ? [] : [ms(since) + settleMs];
  const { checkAt, deadline, weightSince, weight } = release;
  const times = meshKnows(s);
  if (waitsUnwatched(state)) times.push(nextLook(s));
  if (phase === 'Progressing' && deadline !== undefined) times.push(ms(deadline), lateAt(release, spec) ?? 0);
  if (TIMED.has(phase) && weightSince !== undefined && checkAt === undefined) {
    times.push(ms(weightSince) + (weight > 0 ? spec.analysis.intervalMs : settleMs));
  }
  if (phase === 'Progressing') times.push(promotedAgainAt(release), ...emptiedAt(s, release));
  return [...times, ...rounds(s), ...endOfGrace(s)];
}

/** When every proxy knows that the canary has all the traffic: stable pods may be stopped then. */
const emptiedAt = ({ settleMs }: Situation, { weight, weightSince }: Release): number[] =>
  weight === 100 && weightSince !== undefined ? [ms(weightSince) + settleMs] : [];

/** Those that pass are not written down while the Deployment rolls out: they are an interval apart from the first one. */
function rounds({ state: { phase, release }, now, spec: { analysis } }: Situation): number[] {
  if (release?.checkAt === undefined) return [];
  const first = ms(release.checkAt);
  if (ROLLING_OUT.has(phase)) return [first + Math.max(roundsSince(first, now, analysis) + 1, 0) * analysis.intervalMs];
  return phase === 'Progressing' ? [first] : [];
}

/** When every proxy knows what is waited for. */
function meshKnows(s: Situation): number[] {
  const { phase } = s.state;
  const canary = SERVING.has(phase) ? meshKnowsCanaryAt(s) : undefined;
  return [...(ROLLING_OUT.has(phase) ? [meshKnowsPodsAt(s)] : []), ...(canary ? [canary] : [])];
}

/** When pods that are missing have been so for too long. */
function endOfGrace({ state: { phase, release }, spec }: Situation): number[] {
  const since = SERVING.has(phase) ? release?.unreadySince : undefined;
  return since === undefined ? [] : [ms(since) + spec.analysis.unreadyGraceMs];
}

/** When a question has been open for too long, and when polls are due. */
function questions(s: Situation): number[] {
  const calls = s.state.release?.calls?.filter(({ outcome }) => outcome === undefined) ?? [];
  const poll = nextPoll(s);
  return [...calls.map(({ until }) => ms(until)), ...gateDeadlines(s), ...(poll === undefined ? [] : [poll])];
}
