import { formatDuration } from '../rollout/spec/schema/durations.ts';
import { forPerson } from '../rollout/spec/wording/for-person.ts';
import { masked } from '../rollout/spec/wording/masked.ts';

/** What became of a question. */
export interface Reply {
  /** `forbidden`: it was not put, as its destination may not be called. `aborted`: nobody wants to know any more. */
  outcome: 'passed' | 'failed' | 'forbidden' | 'aborted';
  /** A predicate on the hook, for a person (`answered 403: not yet`); of a good answer only what it said, often nothing. */
  message: string;
  /** What came, where something did; `retryAfter` as its header says it. */
  answer?: { status: number; retryAfter?: string };
}

/** Any 2xx passes. */
export function replyTo(status: number, body: string): Reply {
  const said = forPerson(body);
  if (status >= 200 && status <= 299) return { outcome: 'passed', message: said };
  const isRedirect = status >= 300 && status <= 399;
  const words = [isRedirect ? 'redirects are not followed' : '', said].filter((part) => part !== '').join('; ');
  return { outcome: 'failed', message: `answered ${status}${words === '' ? '' : `: ${words}`}` };
}

export const forbidden = (why: string): Reply => ({ outcome: 'forbidden', message: `may not be called: ${why}` });
export const late = (ms: number): Reply => ({
  outcome: 'failed',
  message: `did not answer within ${formatDuration(ms)}`,
});
export const ABORTED: Reply = { outcome: 'aborted', message: 'was not asked to the end' };

export function unreachable(error: unknown): Reply {
  return { outcome: 'failed', message: `cannot be reached: ${forPerson(masked(networkWords(error)))}` };
}

interface NetworkError extends Error {
  code?: string;
  syscall?: string;
  hostname?: string;
}

/** What went wrong on the way. Several addresses that were tried have one error without a message, but with a code. */
export function networkWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, syscall = '', hostname = '', message }: NetworkError = error;
  if (code !== undefined && syscall.startsWith('query')) return `no address of ${hostname} (${code})`;
  return message || code || error.name;
}
