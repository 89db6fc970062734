import { BYPASS } from '../keys.ts';
import type { Deployment } from '../kube.ts';

/** Break-glass as it stands in the `headgate.dev/bypass` annotation: `<reason>`, or `<reason> until=<RFC 3339>`. */
export interface Bypass {
  reason: string;
  /** From then on it is as if it were not there, in milliseconds since the epoch; without it, it lasts until Headgate removes it. */
  until?: number;
}

/** What a bypass looks like, for a person. */
export const BYPASS_EXAMPLE = '"incident 4711" or "incident 4711 until=2030-01-31T18:00:00Z"';

/** Longest text, in characters; a longer one is no bypass. */
export const MAX_BYPASS = 1_024;

const UNTIL = 'until=';
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** Undefined for a text without a reason, or with an `until` that is not a time: such a bypass is none. */
export function parseBypass(text: string): Bypass | undefined {
  if (text.length > MAX_BYPASS) return undefined;
  const last = text.split(/\s/).at(-1) ?? '';
  const isEnd = last.startsWith(UNTIL) && last.length > UNTIL.length;
  const reason = (isEnd ? text.slice(0, -last.length) : text).trim();
  if (reason === '' || reason.startsWith(UNTIL)) return undefined;
  if (!isEnd) return { reason };
  const at = last.slice(UNTIL.length);
  const until = RFC3339.test(at) ? Date.parse(at) : Number.NaN;
  return Number.isNaN(until) ? undefined : { reason, until };
}

/** The bypass of a Deployment at `now`; undefined when there is none, or it has expired. */
export function bypassOf(deployment: Pick<Deployment, 'metadata'>, now: number): Bypass | undefined {
  const text = deployment.metadata.annotations?.[BYPASS];
  const bypass = text === undefined ? undefined : parseBypass(text);
  return bypass === undefined || now >= (bypass.until ?? Number.POSITIVE_INFINITY) ? undefined : bypass;
}
