import { KubeError } from '../../cluster/errors.ts';
import { isLate, orLate } from '../../process/deadline.ts';

/**
 * For all that one tick reads before it decides, together: it waits no longer, whatever the API server does. Commits, and reads without
 * which there is nothing to decide about (is the Deployment there, its record), have the client's own deadline.
 */
export const READ_DEADLINE_MS = 1_000;

/** @throws KubeError when the reading takes too long, and what it throws */
export async function inTime<T>(reading: Promise<T>, what: string): Promise<T> {
  const value = await orLate(reading, READ_DEADLINE_MS);
  if (isLate(value)) throw new KubeError(`${what}: no answer in ${READ_DEADLINE_MS} ms`, { code: 'KUBE_DEADLINE' });
  return value;
}
