import { hint } from '../wording/suggest.ts';

/** A token of HTTP, or a name that HTTP/2 keeps for itself, such as `:authority`. */
const HEADER_NAME = /^:?[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

/** What is wrong with the name of a header, as a predicate on what it holds. */
export const headerNameProblem = (name: string): string | undefined =>
  HEADER_NAME.test(name)
    ? undefined
    : 'stands under what is no name of a header: letters, digits and -, such as x-user';

/** What is wrong with an HTTP method, as a predicate on it. */
export function methodProblem(method: string): string | undefined {
  if (/^[A-Z]+$/.test(method)) return undefined;
  const meant = method.toUpperCase();
  return `must be an HTTP method in capitals; write ${/^[A-Z]+$/.test(meant) ? meant : 'GET'}`;
}

/** What Envoy can be asked to try again after: its own words, those for gRPC, and statuses. */
const RETRY_ON: readonly string[] = [
  '5xx',
  'gateway-error',
  'reset',
  'reset-before-request',
  'connect-failure',
  'envoy-ratelimited',
  'retriable-4xx',
  'refused-stream',
  'retriable-status-codes',
  'retriable-headers',
  'http3-post-connect-failure',
  'cancelled',
  'deadline-exceeded',
  'internal',
  'resource-exhausted',
  'unavailable',
];

/** What is wrong with a comma-separated list of reasons to try again, as a predicate on it. */
export function retryOnProblem(list: string): string | undefined {
  const wrong = list.split(',').find((reason) => !isRetryReason(reason.trim()));
  if (wrong === undefined) return undefined;
  const word = wrong.trim();
  if (word === '') return 'must be reasons with commas between, such as 5xx,reset';
  return `has ${word}, after which Envoy cannot try again; ${hint(word, RETRY_ON)}`;
}

const isRetryReason = (reason: string): boolean => RETRY_ON.includes(reason) || /^[1-5]\d\d$/.test(reason);
