/** The result of sending a notice once. Nothing in it tells the address, which is a secret. */
export type SendResult =
  | { outcome: 'delivered' }
  /** It may work later. */
  | { outcome: 'retry'; why: string; afterMs?: number }
  /** It will not work, however often it is tried. */
  | { outcome: 'refused'; why: string };

/** What a receiver answered, as far as it matters. */
export interface ReceiverAnswer {
  status: number;
  retryAfter?: string | undefined;
  /** The beginning of its body, read only where it decides. */
  body?: string | undefined;
}

/** Answers besides 5xx that stand for a moment only. */
const PASSING = new Set([408, 425, 429]);
/** What Slack's API says, with status 200, when it has trouble of its own. */
const SLACK_TROUBLE = new Set([
  'fatal_error',
  'internal_error',
  'rate_limited',
  'ratelimited',
  'request_timeout',
  'service_unavailable',
]);

/**
 * @param slackApi the body decides: Slack's API answers 200 to everything that it understood
 * @param now milliseconds since the epoch, for a Retry-After that is a date
 */
export function sendResultOf(answer: ReceiverAnswer, slackApi: boolean, now: number): SendResult {
  const { status } = answer;
  const afterMs = retryAfterMs(answer.retryAfter, now);
  if (status >= 500 || PASSING.has(status)) {
    return { outcome: 'retry', why: `it answered ${status}`, ...(afterMs !== undefined && { afterMs }) };
  }
  if (status >= 400) return { outcome: 'refused', why: `it answered ${status}` };
  if (status >= 300) return { outcome: 'refused', why: `it answered ${status}, and redirects are not followed` };
  return slackApi ? slackResult(answer.body ?? '') : { outcome: 'delivered' };
}

function slackResult(body: string): SendResult {
  const { ok, error } = slackAnswer(body);
  if (ok === true) return { outcome: 'delivered' };
  if (ok === undefined) return { outcome: 'retry', why: 'it answered 200 without a word of Slack’s API' };
  const word = typeof error === 'string' && /^[a-z_]{1,64}$/.test(error) ? error : 'no reason';
  return { outcome: SLACK_TROUBLE.has(word) ? 'retry' : 'refused', why: `Slack says ${word}` };
}

function slackAnswer(body: string): { ok?: unknown; error?: unknown } {
  try {
    return (JSON.parse(body) ?? {}) as { ok?: unknown; error?: unknown };
  } catch {
    return {};
  }
}

/** Seconds, or a date. */
function retryAfterMs(text: string | undefined, now: number): number | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const seconds = Number(text);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(text) - now;
  return Number.isFinite(ms) ? Math.max(ms, 0) : undefined;
}
