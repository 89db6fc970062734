import { AppError } from '../errors.ts';
import { KubeError } from './errors.ts';

/** Why a watch ended: a metric's label. */
export type WatchEndReason =
  | 'closed'
  | 'expired'
  | 'broken'
  | 'silent'
  | 'missed'
  | 'unreachable'
  | 'throttled'
  | 'server-error'
  | 'refused'
  | 'failed';

/** How a reflector goes on after a watch. */
export interface WatchEnding {
  reason: WatchEndReason;
  /** The watch cannot be resumed where it was: fetch everything anew. */
  relist: boolean;
  /** While fetching everything as a stream: fetch it as lists from now on. */
  streamable: boolean;
  /** Longest wait before the next attempt. */
  capMs?: number;
  /** Shortest wait, when the server names one. */
  atLeastMs?: number;
}

/** For what costs the server little to try: changes must be found soon after it is back. */
const SHORT_CAP_MS = 5_000;

/** However long a server asks to be left alone: what is not watched is not known. */
const MOST_WAIT_MS = 30_000;

const ending = (reason: WatchEndReason, relist: boolean, streamable: boolean): WatchEnding => ({
  reason,
  relist,
  streamable,
});

/** What the end of a watch means: the error that ended it, or undefined when the server closed it in order. */
export function watchEndingOf(error: unknown): WatchEnding {
  if (error === undefined) return { ...ending('closed', false, false), capMs: SHORT_CAP_MS };
  if (error instanceof KubeError) return endingOfKubeError(error);
  const code = error instanceof AppError ? error.code : undefined;
  if (code === 'WATCH_SILENT') return ending('silent', false, false);
  if (code === 'WATCH_MISSED') return ending('missed', false, true);
  return ending(code === 'WATCH_BROKEN' ? 'broken' : 'failed', true, true);
}

function endingOfKubeError(error: KubeError): WatchEnding {
  const { status, retryAfterMs } = error;
  if (status === 0) return { ...ending('unreachable', false, true), capMs: SHORT_CAP_MS };
  if (status === 410) return ending('expired', true, true);
  const wait = retryAfterMs === undefined ? {} : { atLeastMs: Math.min(retryAfterMs, MOST_WAIT_MS) };
  const soon = { capMs: SHORT_CAP_MS, ...wait };
  if (status === 429) return { ...ending('throttled', false, true), ...soon };
  // 504 among others says that the resourceVersion is from the future: that one is no use any more.
  if (status >= 500 && status !== 504) return { ...ending('server-error', false, true), ...soon };
  return { ...ending('refused', true, status !== 400 && status !== 422), ...wait };
}
