import { setTimeout as sleep } from 'node:timers/promises';

/** Waits; false when the signal ended the wait. Never throws. */
export async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return sleep(ms, true, { signal }).catch(() => false);
}
