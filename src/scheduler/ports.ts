import type { HookAnswer, WantedCall, WantedPoll } from '../rollout/machine/calls.ts';
import type { Canary } from '../rollout/machine/canary.ts';
import type { Receipt } from '../rollout/machine/outbox.ts';
import type { Phase } from '../rollout/machine/state.ts';

/** What a hook is told of the release that it is asked about. */
export interface HookSubject {
  name: string;
  namespace: string;
  phase: Phase;
  revision: string;
}

/**
 * Asks hooks outside of ticks, so that a slow one holds nobody up, and looks at a Canary again, in this process, when an
 * answer came that may change something. Without memory: what it forgets is asked again.
 */
export interface HookDesk {
  /** Answers to what is still wanted. @param key of the Deployment */
  answersFor(key: string): HookAnswer[];
  /** All that is wanted now: what is new is asked, what is under way goes on, what is not in it any more is forgotten. */
  want(key: string, subject: HookSubject, calls: readonly WantedCall[], polls: readonly WantedPoll[]): void;
  /** Nothing is wanted: the Deployment is gone, or not released by Headgate any more. */
  forget(key: string): void;
}

/** Carries notices to their receivers, outside of ticks, and has the Canary looked at again when one was delivered. */
export interface Courier {
  /** What was delivered and still stands in the record's outbox. @param key of the Deployment */
  receiptsFor(key: string): Receipt[];
  /** Sees to everything in the outbox of a record as it is stored; what is on its way already is left alone. */
  carry(key: string, record: Canary): void;
}
