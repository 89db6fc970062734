import type { Path, Time } from './state.ts';

export const OUTCOMES = ['succeeded', 'failed', 'withdrawn', 'superseded'] as const;

/** A release that is over. */
export interface PastRelease {
  revision: string;
  /** Images of its containers. */
  images: string[];
  requestedBy: string;
  path: Path;
  startedAt: Time;
  endedAt: Time;
  outcome: (typeof OUTCOMES)[number];
  /** The last weight that was wanted for its canary, in percent. */
  weight: number;
  failedChecks: number;
  /** A reason of facts.ts and a sentence, where it did not go through. */
  reason?: string;
  message?: string;
}
