import type { CanaryStatus } from '../../../src/rollout/machine/status.ts';
import { waitFor } from '../../rig/rig.ts';
import type { App } from './app.ts';

/** Until the gateway sends a canary its weight: the status goes by the route, and a proxy hears of that a moment later. */
export function untilLive(app: App, weight: number): Promise<boolean> {
  const canary = `${app.name}-canary`;
  return waitFor(`the gateway to send ${canary} ${weight} %`, async () => (await app.envoyWeight())[canary] === weight);
}

/** The release at a weight that the gateway has too. */
export async function atLiveWeight(app: App, weight: number): Promise<CanaryStatus> {
  const status = await app.atWeight(weight);
  await untilLive(app, weight);
  return status;
}
