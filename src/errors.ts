/** Every code that an AppError may carry, and what it means. docs/errors.md lists the same codes (a test compares). */
export const ERROR_CODES = {
  CONFIG_INVALID: 'An environment variable has a value that cannot be used; the message lists all of them.',
  CREDENTIALS_UNUSABLE: 'No way into the Kubernetes API was found, or the kubeconfig cannot be used.',
  REDIS_UNSUITABLE: 'Redis answers and cannot be used; the message says why, and what to do.',
  KUBE_REFUSED: 'The API server answered with an error status.',
  KUBE_UNREACHABLE: 'The API server gave no answer: no connection, or it broke. A write may or may not have happened.',
  KUBE_DEADLINE: 'The API server did not answer within the deadline. A write may or may not have happened.',
  KUBE_UNREADABLE: 'The API server answered with something that is not JSON, or not what was asked for.',
  WATCH_BROKEN: 'A watch delivered a line that is not a watch event; the objects are listed anew.',
  WATCH_SILENT: 'A watch delivered nothing, not even a bookmark, for too long; it is opened again.',
  WATCH_MISSED: 'A full list showed changes that the watch had not delivered; the watch is opened again from there.',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

export interface AppErrorOptions {
  cause?: unknown;
  /** Whether the same call may succeed later without anybody changing anything. Default: false. */
  retry?: boolean;
}

/** An error with a documented code. Expected outcomes are values; this is for what a caller cannot go on from. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly retry: boolean;

  constructor(code: ErrorCode, message: string, { cause, retry = false }: AppErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'AppError';
    this.code = code;
    this.retry = retry;
  }
}
