/**
 * All of the slow image's answers take more than 500 ms, a bucket's end, so that its p99 is 995 ms or more; an answer in forty as slow
 * as that, on a busy machine, is no breach.
 */
export const MOST_MS = 900;

/**
 * Checks over as many seconds as a test's intervals allow; the errors image fails one answer in nine.
 * @param mostMs of an answer, in milliseconds
 */
export const checks = (mostMs: number): string => `
- {name: request-success-rate, thresholdRange: {min: 97}, interval: 10s}
- {name: request-duration, thresholdRange: {max: ${mostMs}}, interval: 10s}
`;

/** For what is about traffic or time, and passes however slow the machine is. */
export const UNHURRIED = checks(5_000);
