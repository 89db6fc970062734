import { createHash } from 'node:crypto';
import type { Canary } from '../rollout/machine/canary.ts';

/** Where a release is found: hexadecimal, as W3C Trace Context has it. */
export interface ReleaseTrace {
  traceId: string;
  /** Of the span of the whole release. */
  spanId: string;
}

/** Follows from the release alone, so that processes need not tell one another. */
export function releaseTrace({ metadata: { uid = '' } }: Canary, startedAt: string): ReleaseTrace {
  const digest = createHash('sha256').update(`${uid}/${startedAt}`).digest('hex');
  return { traceId: digest.slice(0, 32), spanId: digest.slice(32, 48) };
}
