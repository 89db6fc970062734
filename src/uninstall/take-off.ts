import { setTimeout as sleep } from 'node:timers/promises';
import type { Dismantler } from '../dismantle/dismantle.ts';

export interface TakeOffOptions {
  dismantler: Dismantler;
  /** When to give up, and from when on one pod that serves is enough: milliseconds since the epoch. */
  deadline: number;
  hurryAt: number;
}

const RETRY_MS = 500;

/** Takes Headgate off one Deployment. Undefined when nothing of it is left; else why not all could be done in time. */
export async function takeOff(
  key: string,
  { dismantler, deadline, hurryAt }: TakeOffOptions,
): Promise<string | undefined> {
  let why = 'it was not begun in time';
  while (Date.now() < deadline) {
    try {
      const progress = await dismantler.dismantle(key, { hurried: Date.now() >= hurryAt });
      if (progress.is === 'done') return undefined;
      why = progress.why;
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
    }
    await sleep(RETRY_MS);
  }
  return why;
}
