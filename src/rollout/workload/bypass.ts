import { BYPASS, BYPASS_AT, BYPASS_BY, BYPASS_SPENT } from '../keys.ts';
import type { Deployment } from '../kube.ts';

/** Break-glass as its user writes it into `headgate.dev/bypass`: `<reason>`, or `<reason> until=<RFC 3339>`. */
export interface Bypass {
  reason: string;
  /** Its end, where that comes before the end of `BYPASS_MS`; milliseconds since the epoch. */
  until?: number;
}

/** What a bypass looks like, for a person. */
export const BYPASS_EXAMPLE = '"incident 4711" or "incident 4711 until=2030-01-31T18:00:00Z"';

/** Longest text, in characters; a longer one is no bypass. */
export const MAX_BYPASS = 1_024;
/** How long a bypass is in force at most. */
export const BYPASS_MS = 15 * 60_000;
/** By so much the clocks of two processes may differ. */
export const SKEW_MS = 10_000;
/** So many texts are remembered that do not count again. */
export const MOST_SPENT = 10;

const UNTIL = 'until=';
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

const timeOf = (text: string): number => (RFC3339.test(text) ? Date.parse(text) : Number.NaN);

/** Whether the policies take a text for a bypass: a line of bounded length. */
const isPossible = (text: string): boolean => text !== '' && text.length <= MAX_BYPASS && !text.includes('\n');

/** Undefined for a text without a reason, or with an `until` that is not a time: such a bypass is none. */
export function parseBypass(text: string): Bypass | undefined {
  if (!isPossible(text)) return undefined;
  const last = text.split(/\s/).at(-1) ?? '';
  const isEnd = last.startsWith(UNTIL) && last.length > UNTIL.length;
  const reason = (isEnd ? text.slice(0, -last.length) : text).trim();
  if (reason === '' || reason.startsWith(UNTIL)) return undefined;
  if (!isEnd) return { reason };
  const until = timeOf(last.slice(UNTIL.length));
  return Number.isNaN(until) ? undefined : { reason, until };
}

/** How the bypass of a Deployment stands at a moment. */
export type BypassStanding =
  | { is: 'none' }
  /** One of this text was removed before: it never counts again, whoever applies it. */
  | { is: 'spent'; text: string }
  /** It was written past the webhook: it has no time yet, and the scheduler gives it one. */
  | { is: 'unstamped'; text: string }
  | StampedBypass;

export interface StampedBypass {
  is: 'inForce' | 'expired';
  text: string;
  /** Undefined for a text that says no reason, or no time where it should: the webhook does not take it. */
  reason?: string;
  /** User name of who wrote it; undefined where it was written past the webhook. */
  by?: string;
  /** Milliseconds since the epoch. */
  endsAt: number;
}

type Annotated = Pick<Deployment, 'metadata'>;

export function readBypass({ metadata: { annotations = {} } }: Annotated, now: number): BypassStanding {
  const text = annotations[BYPASS];
  if (text === undefined || !isPossible(text)) return { is: 'none' };
  if (isSpent(text, annotations[BYPASS_SPENT])) return { is: 'spent', text };
  const at = beganAt(annotations);
  // A beginning that is still to come was not written by Headgate.
  if (Number.isNaN(at) || at > now + SKEW_MS) return { is: 'unstamped', text };
  const bypass = parseBypass(text);
  const endsAt = Math.min(at + BYPASS_MS, bypass?.until ?? Number.POSITIVE_INFINITY);
  const by = annotations[BYPASS_BY];
  return {
    is: now < endsAt ? 'inForce' : 'expired',
    text,
    endsAt,
    ...(bypass && { reason: bypass.reason }),
    ...(by !== undefined && { by }),
  };
}

/** When the bypass among some annotations began, milliseconds since the epoch; NaN where that does not stand there. */
export const beganAt = (annotations: Readonly<Record<string, string>> = {}): number =>
  timeOf(annotations[BYPASS_AT] ?? '');

/** Whether the annotation is there and is not spent: it counts, or Headgate has still to do with it. */
export const isBypassOpen = ({ is }: BypassStanding): boolean => is !== 'none' && is !== 'spent';

/** @param spent the value of `headgate.dev/bypass-spent` */
export const isSpent = (text: string, spent = ''): boolean => spent.split('\n').includes(text);

/** The value of `headgate.dev/bypass-spent` with another text in it. */
export function withSpent(text: string, spent = ''): string {
  const others = spent.split('\n').filter((line) => line !== text && isPossible(line));
  return [...(isPossible(text) ? [text] : []), ...others].slice(0, MOST_SPENT).join('\n');
}
