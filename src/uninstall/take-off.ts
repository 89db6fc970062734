import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from '../cluster/client.ts';
import { isLostRace, isNotFound } from '../cluster/errors.ts';
import { ROLE } from '../rollout/keys.ts';
import type { Logger } from '../telemetry/log.ts';
import { nextStep, type Step } from './next-step.ts';
import { type Remains, readRemains } from './remains.ts';

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
  let routedSince: number | undefined;
  let why = 'it was not begun in time';
  while (Date.now() < options.deadline) {
    try {
      const seen = await readRemains(options.client, key);
      routedSince = isRouted(seen) ? undefined : (routedSince ?? Date.now());
      const drained = routedSince !== undefined && Date.now() - routedSince >= options.settleMs;
      const step = nextStep(seen, { drained, hurried: Date.now() >= options.hurryAt });
      if (step.do === 'done') return undefined;
      if (step.do === 'wait') why = step.why;
      await carryOut(key, step, options);
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
      await sleep(isLostRace(error) || isNotFound(error) ? RACE_MS : RETRY_MS);
    }
  }
  return why;
}

/** A route that is still Headgate's may send something to the canary. */
const isRouted = ({ route }: Remains): boolean => route?.metadata.labels?.[ROLE] !== undefined;

async function carryOut(key: string, step: Step, { client, log }: TakeOffOptions): Promise<void> {
  switch (step.do) {
    case 'done':
      return;
    case 'wait':
      await sleep(RETRY_MS);
      return;
    case 'patch':
      await client.patch(step.path, 'json', step.patch);
      break;
    case 'delete':
      await client.delete(step.path, { uid: step.uid, propagation: 'Background' });
      break;
  }
  log.info({ deployment: key }, step.what);
}
