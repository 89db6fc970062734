/** So long a receiver has to answer, in milliseconds. Short: one that hangs holds up nobody but itself. */
export const ANSWER_MS = 10_000;

/** Attempts to deliver one notice to one receiver: with the pauses between them, about an hour. */
export const MOST_ATTEMPTS = 20;

const FIRST_MS = 1_000;
const LONGEST_MS = 300_000;
/** A receiver that asks for more time than this is asked again all the same. */
const LONGEST_WISH_MS = 600_000;

/**
 * From a failed attempt to the next: 1 s, 2 s, 4 s, … at most five minutes, and no less than the receiver asked for.
 * @param attempt attempts so far, from 1
 */
export const pauseMs = (attempt: number, afterMs = 0): number =>
  Math.max(Math.min(FIRST_MS * 2 ** (attempt - 1), LONGEST_MS), Math.min(afterMs, LONGEST_WISH_MS));
