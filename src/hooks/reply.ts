import { stripVTControlCharacters } from 'node:util';
import { formatDuration } from '../rollout/spec/schema/durations.ts';
import { masked } from '../rollout/spec/wording/masked.ts';

/** What became of a question. */
export interface Reply {
  /** `forbidden`: it was not put, as its destination may not be called. `aborted`: nobody wants to know any more. */
  outcome: 'passed' | 'failed' | 'forbidden' | 'aborted';
  /** A predicate on the hook, for a person (`answered 403: not yet`); of a good answer only what it said, often nothing. */
  message: string;
}

/** Characters of an answer that a person is shown; an Event has room for 1024 in all. */
const MOST_SHOWN = 500;

const INVISIBLE = /[\p{C}\p{Z}]+/gu;

/** Characters that are looked at: room for colours around what is shown. */
const MOST_READ = 8_192;

/** The text in one line, without colours and other things that cannot be seen, and not too long. */
export function forPerson(text: string): string {
  const line = stripVTControlCharacters(text.slice(0, MOST_READ)).replaceAll(INVISIBLE, ' ').trim();
  const characters = Array.from(line);
  if (characters.length <= MOST_SHOWN) return line;
  return `${characters
    .slice(0, MOST_SHOWN - 1)
    .join('')
    .trimEnd()}…`;
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
  return { outcome: 'failed', message: `cannot be reached: ${forPerson(masked(wordsOf(error)))}` };
}

interface NetworkError extends Error {
  code?: string;
  syscall?: string;
  hostname?: string;
}

/** Several addresses that were tried have one error without a message, but with a code. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, syscall = '', hostname = '', message }: NetworkError = error;
  if (code !== undefined && syscall.startsWith('query')) return `no address of ${hostname} (${code})`;
  return message || code || error.name;
}
