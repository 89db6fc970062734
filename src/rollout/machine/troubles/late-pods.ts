import type { RolloutSpec } from '../../spec/spec-types.ts';
import { podStanding } from '../../workload/pod-standing.ts';
import { conditionOf } from '../../workload/rollout-status.ts';
import { fact } from '../facts.ts';
import type { Observation } from '../observation.ts';
import { displayName, type Next, NO_REASON, type Releasing, updateRelease } from '../situation.ts';
import { ms, type Release, type RolloutState } from '../state.ts';

/** Half of the time that the canary's pods have to get ready: when they are looked at, milliseconds since the epoch. */
export const lateAt = ({ deadline }: Release, { progressDeadlineMs }: RolloutSpec): number | undefined =>
  deadline === undefined ? undefined : ms(deadline) - progressDeadlineMs / 2;

/** Whether the canary's pods have had half of their time, and are not known to be ready. */
export function arePodsLate(state: RolloutState | undefined, spec: RolloutSpec, now: number): boolean {
  const at = state?.phase === 'Progressing' && state.release && lateAt(state.release, spec);
  return typeof at === 'number' && now >= at;
}

const MOST_WORDS = 300;
const MOST_NAMED = 2;

/** What Kubernetes says of pods that are not ready, or are not there; empty where it says nothing. */
export function lateWords({ canary, pods = [] }: Pick<Observation, 'canary' | 'pods'>): string {
  const refused = canary && conditionOf(canary, 'ReplicaFailure');
  const standings = pods
    .map((pod) => ({ pod: pod.metadata.name, ...podStanding(pod) }))
    .filter((standing) => standing.is === 'broken' || standing.is === 'starting');
  const said = new Map(
    standings.map(({ pod, text, message }) => [text, `${pod}: ${text}${message ? ` (${short(message)})` : ''}`]),
  );
  const quota = refused?.status === 'True' && refused.message ? [short(refused.message)] : [];
  return [...quota, ...said.values()].slice(0, MOST_NAMED).join('; ');
}

function short(message: string): string {
  const line = message.replaceAll(/\s+/g, ' ').trim();
  return line.length > MOST_WORDS ? `${line.slice(0, MOST_WORDS)}…` : line;
}

/** Tells once that pods are late, and in whose words why. */
export function tellLate(s: Releasing, words: string): Next | undefined {
  const { release } = s.state;
  if (release.reason === 'CanaryNotReady' || !arePodsLate(s.state, s.spec, s.now)) return undefined;
  const message = `${displayName(s)} ${release.revision} ${words}; it fails if that lasts until ${release.deadline}`;
  const told = fact('CanaryNotReady', message, release.revision);
  return updateRelease(s, { reason: 'CanaryNotReady', message }, told);
}

/** They are ready after all. */
export const notLate = ({ reason }: Release): Partial<Release> => (reason === 'CanaryNotReady' ? NO_REASON : {});
