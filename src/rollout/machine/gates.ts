import type { GateType } from '../spec/schema/hook-types.ts';
import type { Hook, RolloutSpec } from '../spec/spec-types.ts';
import { answerTo, hooksOf, hooksPassed } from './ask-hooks.ts';
import type { HookAnswer, WantedPoll } from './calls.ts';
import { fact } from './facts.ts';
import {
  displayName,
  fail,
  type Next,
  type Releasing,
  type Situation,
  stay,
  updateRelease,
  withRelease,
} from './situation.ts';
import { AT_GATE, type Awaiting, ms, type Release, time } from './state.ts';

const LONGEST_POLL_MS = 5_000;

/** How often a closed gate is asked: an approval is not to wait for a whole interval. */
const pollMs = ({ analysis }: RolloutSpec): number => Math.min(analysis.intervalMs, LONGEST_POLL_MS);

/** The question is another one each time that the release comes to wait: no old approval counts. */
const gateId = ({ startedAt }: Release, { gate, since }: Awaiting, { name }: Hook): string =>
  `${startedAt} ${gate} ${since} ${name}`;

const rollbackId = ({ startedAt }: Release, { name }: Hook): string => `${startedAt} rollback ${name}`;

/** What is to be asked again and again in this state. */
export function wantedPolls({ state: { phase, release }, spec }: Situation): WantedPoll[] {
  if (release === undefined || !AT_GATE.has(phase)) return [];
  // The looks come at whole multiples; an answer that came a moment after the last one must not miss the next.
  const everyMs = pollMs(spec) / 2;
  const { awaiting } = release;
  const gates = awaiting && phase !== 'Paused' ? hooksOf(spec, awaiting.gate) : [];
  return [
    ...gates.map((hook) => ({ id: awaiting ? gateId(release, awaiting, hook) : '', hook, everyMs })),
    ...hooksOf(spec, 'rollback').map((hook) => ({ id: rollbackId(release, hook), hook, everyMs })),
  ];
}

/**
 * When polls are looked at again, in milliseconds since the epoch; undefined if there are none. At whole multiples of their
 * time, so that every decision in between asks for the same timer.
 */
export function nextPoll(s: Situation): number | undefined {
  const { release } = s.state;
  if (release === undefined || wantedPolls(s).length === 0) return undefined;
  const from = ms(release.awaiting?.since ?? release.startedAt);
  const every = pollMs(s.spec);
  return from + (Math.floor((s.now - from) / every) + 1) * every;
}

/**
 * Goes on if every gate of the type approves; waits where one does not, and fails where that takes too long. Waiting clears
 * the deadline for the canary's pods: should one become unready meanwhile, they get a new one.
 * @param go what comes after the approval
 */
export function throughGate(s: Releasing, gate: GateType, go: (s: Releasing) => Next): Next {
  const gates = hooksOf(s.spec, gate);
  if (gates.length === 0) return go(s);
  const { awaiting } = s.state.release;
  if (awaiting?.gate !== gate) return updateRelease(s, { awaiting: { gate, since: time(s.now) }, deadline: undefined });
  const answers = gates.map((hook) => ({ hook, answer: answerTo(s, gateId(s.state.release, awaiting, hook)) }));
  const closed = answers.filter(({ answer }) => answer?.outcome !== 'passed');
  if (closed.length === 0) return opened(s, gate, gates, go);
  return timedOut(s, awaiting, closed) ?? stayClosed(s, awaiting, closed);
}

interface Closed {
  hook: Hook;
  answer: HookAnswer | undefined;
}

function opened(s: Releasing, gate: GateType, gates: readonly Hook[], go: (s: Releasing) => Next): Next {
  const hooks = gates.map(({ name }) => name);
  const others = s.state.release.approvals?.filter((approval) => approval.gate !== gate) ?? [];
  const approved = withRelease(s, { approvals: [...others, { gate, hooks, at: time(s.now) }] });
  const next = go(approved);
  if (next.state === approved.state) return stay(s);
  return { ...next, facts: [...hooksPassed(s, hooks), ...next.facts] };
}

function timedOut(s: Releasing, { since, gate }: Awaiting, closed: readonly Closed[]): Next | undefined {
  const waited = s.now - ms(since);
  const late = closed.find(({ hook: { timeLimitMs = Number.POSITIVE_INFINITY } }) => waited >= timeLimitMs);
  if (late === undefined) return undefined;
  const { name, timeLimitMs = 0 } = late.hook;
  const answer = late.answer === undefined ? 'gave no answer' : late.answer.message;
  return fail(
    s,
    'GateTimedOut',
    `was not approved by ${gate} hook ${name} within ${timeLimitMs / 1_000} s: it ${answer}`,
  );
}

/** Told when the gate is first found closed, and not at every poll. */
function stayClosed(s: Releasing, awaiting: Awaiting, closed: readonly Closed[]): Next {
  const told = closed.filter(({ answer }) => answer !== undefined);
  if (awaiting.message !== undefined || told.length === 0) return stay(s);
  const said = told.map(({ hook, answer }) => `hook ${hook.name} ${answer?.message || 'does not pass'}`).join('; ');
  const message = `${displayName(s)} waits for ${awaiting.gate} at weight ${s.state.release.weight}: ${said}`;
  const isMuted = told.every(({ hook }) => hook.muteAlert);
  return updateRelease(
    s,
    { awaiting: { ...awaiting, message: said }, reason: 'WaitingForApproval', message },
    { ...fact('WaitingForApproval', message, s.state.release.revision), ...(isMuted && { muted: true as const }) },
  );
}

/** When the time limit of a gate that is awaited ends, in milliseconds since the epoch. */
export function gateDeadlines({ state: { release }, spec }: Situation): number[] {
  const { awaiting } = release ?? {};
  if (awaiting === undefined) return [];
  return hooksOf(spec, awaiting.gate).flatMap(({ timeLimitMs }) =>
    timeLimitMs === undefined ? [] : [ms(awaiting.since) + timeLimitMs],
  );
}

/** A rollback hook that passes ends the release; undefined if none does. */
export function rollbackRequested(s: Releasing): Next | undefined {
  const { phase, release } = s.state;
  if (!AT_GATE.has(phase)) return undefined;
  for (const hook of hooksOf(s.spec, 'rollback')) {
    const answer = answerTo(s, rollbackId(release, hook));
    if (answer?.outcome !== 'passed') continue;
    const words = answer.message === '' ? '' : `: ${answer.message}`;
    const decidedBy = { action: 'rollback' as const, at: time(s.now), hook: hook.name };
    return fail(s, 'RollbackRequested', `is taken back, as hook ${hook.name} asks for it${words}`, decidedBy);
  }
  return undefined;
}
