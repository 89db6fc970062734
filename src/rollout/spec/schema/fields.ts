import * as z from 'zod';
import { DURATION_EXAMPLES, DURATION_PATTERN, formatDuration, parseDuration } from './durations.ts';

const HOUR = 3_600_000;
export const WEEK = 168 * HOUR;

/** Words for a wrong or a missing value: messages are predicates, which follow key and value. */
export const wrongOrMissing =
  (words: string) =>
  ({ input }: { input?: unknown }): string =>
    input === undefined ? `is missing; it ${words}` : words;

/** The schema, with one more judgement on what is right so far: undefined, or what is wrong as a predicate on the value. */
export const judged = <T extends z.ZodType>(schema: T, judge: (value: z.output<T>) => string | undefined): T =>
  schema.superRefine((value, context) => {
    const message = context.issues.length > 0 ? undefined : judge(value);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

/** @param words what is wanted, as a predicate on the value */
export const textField = (words: string): z.ZodString => z.string({ error: wrongOrMissing(words) });

export const enumField = <T extends string>(values: readonly [T, ...T[]], words: string) =>
  z.enum(values, { error: wrongOrMissing(words) });

export const flagField = (): z.ZodBoolean => z.boolean({ error: wrongOrMissing('must be true or false') });

/** A whole number; without `max`, any that a 32-bit integer holds. */
export function wholeField(min: number, max?: number): z.ZodInt {
  const words =
    max === undefined ? `must be a whole number, at least ${min}` : `must be a whole number from ${min} to ${max}`;
  const error = ({ input }: { input?: unknown }): string =>
    typeof input === 'string' && /^\d+%$/.test(input)
      ? `${words}, without the percent sign`
      : wrongOrMissing(words)({ input });
  return z
    .int({ error })
    .min(min, words)
    .max(max ?? 2_147_483_647, words);
}

/** A duration as text, in milliseconds from `min` to `max`. */
export const durationField = (min: number, max: number): z.ZodString =>
  judged(textField(`must be a duration, such as ${DURATION_EXAMPLES}`), (value) =>
    durationProblem(value, min, max),
  ).meta({
    maxLength: 40,
    'x-kubernetes-validations': [durationRule(formatDuration(min), formatDuration(max))],
  });

/** The same in the API server's own language, for what comes without Headgate. */
const durationRule = (min: string, max: string): object => ({
  rule: `self != '' && self.matches('${DURATION_PATTERN}') && duration(self) >= duration('${min}') && duration(self) <= duration('${max}')`,
  message: `must be a duration from ${min} to ${max}, such as ${DURATION_EXAMPLES}`,
});

/** What is wrong with a duration, as a predicate on it. */
export function durationProblem(value: string, min: number, max: number): string | undefined {
  const milliseconds = parseDuration(value);
  if (milliseconds === undefined) return unreadable(value);
  if (milliseconds < min) return `is too short; at least ${formatDuration(min)}`;
  return milliseconds > max ? `is too long; at most ${formatDuration(max)}` : undefined;
}

function unreadable(value: string): string {
  if (/^0+$/.test(value)) return `has no unit; write a duration such as ${DURATION_EXAMPLES}`;
  if (/^\d+$/.test(value)) return `has no unit; write ${value}s for seconds, or ${value}m for minutes`;
  if (value.startsWith('-')) return `is negative; write a duration such as ${DURATION_EXAMPLES}`;
  const days = /^(\d{1,4})d$/.exec(value);
  if (days !== null) return `is in days, which are not taken; write ${Number(days[1]) * 24}h`;
  return `must be a duration, such as ${DURATION_EXAMPLES} (whole numbers, the largest unit first)`;
}
