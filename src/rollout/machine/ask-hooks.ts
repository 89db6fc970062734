import type { HookType } from '../spec/schema/hook-types.ts';
import type { Hook, RolloutSpec } from '../spec/spec-types.ts';
import type { HookAnswer, HookCall, WantedCall } from './calls.ts';
import { longestMs } from './calls.ts';
import { type Fact, fact } from './facts.ts';
import type { Situation } from './situation.ts';
import { displayName, type Releasing } from './situation.ts';
import { ms, type Release, time } from './state.ts';

/** The questions to hooks at one moment of a release, and what became of them. */
export interface HookRound {
  calls: HookCall[];
  /** Something was asked, or answered: to be committed before anything is made of it. */
  changed: boolean;
  pending: boolean;
  /** Answered since the last commit. */
  answered: HookCall[];
  failed: HookCall[];
}

/** Hooks of one type, in the order in which they were written. */
export const hooksOf = ({ analysis }: RolloutSpec, type: HookType): Hook[] =>
  analysis.webhooks.filter((hook) => hook.type === type);

/** The same for a question and its answer, and another one for each release and moment. */
export const callId = ({ startedAt }: Release, { hook, moment }: Pick<HookCall, 'hook' | 'moment'>): string =>
  `${startedAt} ${moment} ${hook}`;

/**
 * The questions of a moment, all at once. One that is not put yet is this process's to put; one that another process puts is
 * left to it until its time is over, which a process that stops says is now. Answers that this process has got are taken in.
 * @param moment tells rounds of questions apart: an answer counts for its own moment only
 */
export function askHooks(s: Releasing, hooks: readonly Hook[], moment: string): HookRound {
  const before = s.state.release.calls ?? [];
  const calls = hooks.map((hook) => callOf(s, hook, moment));
  return {
    calls,
    changed: calls.length !== before.length || calls.some((call) => !before.includes(call)),
    pending: calls.some(({ outcome }) => outcome === undefined),
    answered: calls.filter((call) => call.outcome !== undefined && !before.includes(call)),
    failed: calls.filter(({ outcome }) => outcome === 'failed'),
  };
}

function callOf(s: Releasing, hook: Hook, moment: string): HookCall {
  const { release } = s.state;
  const present = release.calls?.find((call) => call.hook === hook.name && call.moment === moment);
  if (present?.outcome !== undefined) return present;
  const answer = present?.by === s.self ? answerTo(s, callId(release, present)) : undefined;
  if (present && answer) return { ...present, outcome: answer.outcome, ...said(answer) };
  if (present && (s.seen.isLeaving || ms(present.until) > s.now)) return present;
  const forMs = s.seen.isLeaving ? 0 : longestMs(hook);
  return { hook: hook.name, moment, by: s.self, until: time(s.now + forMs) };
}

/**
 * The calls of a release, where those that this process asks are another's to ask from now on, as it stops: whatever else is decided,
 * their time is over. @param calls all of them
 */
export const handedOver = (calls: readonly HookCall[], { self, now }: Pick<Situation, 'self' | 'now'>): HookCall[] =>
  calls.map((call) =>
    call.by === self && call.outcome === undefined && ms(call.until) > now ? { ...call, until: time(now) } : call,
  );

/** The answer that this process has got to a question, by `callId` or the id of a poll (gates.ts). */
export const answerTo = ({ seen }: Situation, id: string): HookAnswer | undefined =>
  seen.answers?.find((answer) => answer.id === id);

const said = ({ message }: HookAnswer): Pick<HookCall, 'message'> => (message === '' ? {} : { message });

/** The questions that are this process's to put and that have no answer yet; those that it is asking are among them. */
export function wantedCalls({ state: { release }, spec, self, now }: Situation): WantedCall[] {
  const open = release?.calls?.filter(
    ({ by, outcome, until }) => by === self && outcome === undefined && ms(until) > now,
  );
  return (open ?? []).flatMap((call) => {
    const hook = spec.analysis.webhooks.find(({ name }) => name === call.hook);
    return hook && release ? [{ id: callId(release, call), hook, until: ms(call.until) }] : [];
  });
}

/** Whether a question of the moment has no answer yet. */
export const areHooksUnanswered = ({ calls = [] }: Release, hooks: readonly Hook[], moment: string): boolean =>
  hooks.some(({ name }) => !calls.some((call) => call.hook === name && call.moment === moment && call.outcome));

/** Which hooks failed and what they said, for a person; empty if none did. */
export const failedHooksText = (failed: readonly HookCall[]): string =>
  failed.map(({ hook, message }) => `hook ${hook} ${message ?? 'did not pass'}`).join('; ');

/** Facts for people who wait for an answer: one for each hook that passed. */
export const hooksPassed = (s: Releasing, names: readonly string[]): Fact[] =>
  names.map((name) => fact('HookPassed', `Hook ${name} of ${displayName(s)} passed`, s.state.release.revision));
