import { AppError } from '../errors.ts';

/** The `details` of a Status: which object, which fields. */
export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: { reason?: string; message?: string; field?: string }[];
  retryAfterSeconds?: number;
}

export interface KubeErrorOptions {
  code: 'KUBE_REFUSED' | 'KUBE_UNREACHABLE' | 'KUBE_DEADLINE' | 'KUBE_UNREADABLE';
  /** HTTP status; 0 (the default) when there was no answer. */
  status?: number;
  /** Kubernetes' word for it, such as `Conflict`; empty without an answer. */
  reason?: string;
  details?: StatusDetails;
  /** What the server asked for in Retry-After. */
  retryAfterMs?: number;
  cause?: unknown;
}

/** A call to the API server that did not succeed. The message names the verb and the path, never an object's content. */
export class KubeError extends AppError {
  readonly status: number;
  readonly reason: string;
  readonly details: StatusDetails;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, { code, status = 0, reason = '', details = {}, retryAfterMs, cause }: KubeErrorOptions) {
    super(code, message, { cause, retry: status === 0 || status === 429 || status >= 500 });
    this.name = 'KubeError';
    this.status = status;
    this.reason = reason;
    this.details = details;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * The error that a Status body describes (an error answer, or the object of a watch's ERROR event). A body that is no
 * Status (a proxy's page) gives its first words.
 */
export function refusal(call: string, status: number, body: unknown, retryAfterMs?: number): KubeError {
  const { code, reason, message, details } = statusOf(body);
  const effective = code ?? status;
  const seconds = details?.retryAfterSeconds;
  const after = retryAfterMs ?? (seconds === undefined ? undefined : seconds * 1_000);
  return new KubeError(`${call}: ${effective} ${reason ?? ''}: ${message}`.replace(' : ', ': '), {
    code: 'KUBE_REFUSED',
    status: effective,
    ...(reason && { reason }),
    ...(details && { details }),
    ...(after !== undefined && { retryAfterMs: after }),
  });
}

interface Status {
  code?: number;
  reason?: string;
  message: string;
  details?: StatusDetails;
}

function statusOf(body: unknown): Status {
  if (typeof body === 'object' && body !== null && 'kind' in body && body.kind === 'Status') {
    const { message = '', ...rest } = body as Partial<Status>;
    return { message, ...rest };
  }
  return { message: (typeof body === 'string' ? body : JSON.stringify(body ?? '')).trim().slice(0, 200) };
}

const hasStatus = (error: unknown, status: number): error is KubeError =>
  error instanceof KubeError && error.status === status;

export const isNotFound = (error: unknown): error is KubeError => hasStatus(error, 404);
/** 409 because the object is not at the resourceVersion (or uid) that the call carried. */
export const isConflict = (error: unknown): error is KubeError => hasStatus(error, 409) && error.reason === 'Conflict';
/** 409 because an object of that name is there already. */
export const isAlreadyExists = (error: unknown): error is KubeError =>
  hasStatus(error, 409) && error.reason === 'AlreadyExists';
/** 422, with the fields that validation refused in details.causes; or a JSON Patch that does not apply. */
export const isInvalid = (error: unknown): error is KubeError => hasStatus(error, 422);
/**
 * Somebody was faster: the object is no more as the write expected it. For a JSON Patch whose `test` fails the API server
 * answers 422 like for an invalid object, but names no causes. Nor does it for what a webhook refuses as invalid.
 */
export const isLostRace = (error: unknown): error is KubeError =>
  isConflict(error) || (isInvalid(error) && !error.details.causes?.length && !DENIED.test(error.message));
/** How the API server says that a webhook said no. */
const DENIED = /admission webhook "[^"]+" denied/;
/** The server understood and will not have it, as validation, a policy or a webhook says: to try again changes nothing. */
export const isRefused = (error: unknown): error is KubeError =>
  hasStatus(error, 400) || isForbidden(error) || (isInvalid(error) && !isLostRace(error));
export const isForbidden = (error: unknown): error is KubeError => hasStatus(error, 403);
/** 410: the resourceVersion or the continue token is too old. */
export const isExpired = (error: unknown): error is KubeError => hasStatus(error, 410);
/** No answer: the outcome of a write is unknown. */
export const isUnanswered = (error: unknown): error is KubeError => hasStatus(error, 0);
