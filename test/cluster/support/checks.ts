/** Over as many seconds as a test's intervals allow; the errors image fails one answer in nine. */
const checks = (mostMs: number): string => `
- {name: request-success-rate, thresholdRange: {min: 97}, interval: 10s}
- {name: request-duration, thresholdRange: {max: ${mostMs}}, interval: 10s}
`;

/** They pass however slow the machine is. */
export const UNHURRIED = checks(5_000);

/**
 * They fail the slow image: all of its answers take more than 500 ms, a bucket's end, so that its p99 is 995 ms or more. One second in
 * which the machine stands still may fail any other too.
 */
export const PROMPT = checks(900);
