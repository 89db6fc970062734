import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from '../cluster/client.ts';
import { isLostRace, isNotFound } from '../cluster/errors.ts';
import { carryOut, Drains } from '../dismantle/carry-out.ts';
import { nextStep, type Step } from '../dismantle/next-step.ts';
import { isRouted, readRemains } from '../dismantle/remains.ts';
import type { Logger } from '../telemetry/log.ts';

export interface TakeOffOptions {
  client: KubeClient;
  log: Logger;
  /** How long a route needs to reach every proxy, in milliseconds. */
  settleMs: number;
  /** When to give up, and from when on one pod that serves is enough: milliseconds since the epoch. */
  deadline: number;
  hurryAt: number;
}

const RETRY_MS = 500;
const RACE_MS = 50;

/** Takes Headgate off one Deployment. Undefined when nothing of it is left; else why not all could be done in time. */
export async function takeOff(key: string, options: TakeOffOptions): Promise<string | undefined> {
  const drains = new Drains(options.settleMs);
  let why = 'it was not begun in time';
  while (Date.now() < options.deadline) {
    try {
      const seen = await readRemains(options.client, key);
      const drained = drains.isDrained(key, isRouted(seen), Date.now());
      const step = nextStep(seen, { drained, hurried: Date.now() >= options.hurryAt });
      if (step.do === 'done') return undefined;
      if (step.do === 'wait') why = step.why;
      await take(key, step, options);
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
      await sleep(isLostRace(error) || isNotFound(error) ? RACE_MS : RETRY_MS);
    }
  }
  return why;
}

async function take(key: string, step: Step, { client, log }: TakeOffOptions): Promise<void> {
  if (step.do === 'done') return;
  if (step.do === 'wait') {
    await sleep(RETRY_MS);
    return;
  }
  await carryOut(client, step);
  log.info({ deployment: key }, step.what);
}
