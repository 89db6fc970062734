import type { Hook } from '../spec/spec-types.ts';
import type { Time } from './state.ts';

/**
 * One question put to a hook at one moment of a release. It is committed before it is asked, with who asks: no other
 * process asks meanwhile, and if there is no answer by `until`, that process is gone and another asks again.
 */
export interface HookCall {
  /** Name of the hook. */
  hook: string;
  /** What the question is about: `pre-rollout/0`, or the time of the check that it belongs to. */
  moment: string;
  /** Process that asks. */
  by: string;
  until: Time;
  outcome?: 'passed' | 'failed';
  /** What the hook said, for a person; of a good answer only where it said something. */
  message?: string;
}

/** An answer that this process has got. */
export interface HookAnswer {
  /** Id of the question: `callId` (ask-hooks.ts), or that of a poll (gates.ts). */
  id: string;
  outcome: 'passed' | 'failed';
  message: string;
  /** When it came, in milliseconds since the epoch. */
  at: number;
}

/** A question to be put, or under way: the same id is the same question, to be asked once. */
export interface WantedCall {
  id: string;
  hook: Hook;
  /** When its caller is given up, in milliseconds since the epoch. */
  until: number;
}

/** A hook that is asked again and again: a gate, or one that may call for a way back. */
export interface WantedPoll {
  id: string;
  hook: Hook;
  /** Milliseconds from one answer to the next question. */
  everyMs: number;
}

/** Between two calls of a retried hook: 0.5 s, 1 s, 2 s, … at most 8 s. */
export const retryPauseMs = (attempt: number): number => Math.min(500 * 2 ** attempt, 8_000);

const SLACK_MS = 2_000;

/** Longest time from a question to its answer, all retries and their pauses included. */
export function longestMs({ timeoutMs, retries }: Hook): number {
  const pauses = Array.from({ length: retries }, (_, attempt) => retryPauseMs(attempt));
  return timeoutMs * (retries + 1) + pauses.reduce((sum, pause) => sum + pause, 0) + SLACK_MS;
}
