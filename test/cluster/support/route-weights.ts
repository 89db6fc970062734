import { type EnvoyRoute, waitFor } from '../../rig/rig.ts';
import type { App } from './app.ts';

const PROXIES = ['gateway', 'sidecar'] as const;

/** VirtualServices by name, and the Service whose canary they give a weight. */
export interface WeighedRoutes {
  names: readonly string[];
  service: string;
}

/** Resolves when each of the VirtualServices gives the canary this weight in all its routes that lead to it, in both Envoys. */
export async function routesHave(app: App, { names, service }: WeighedRoutes, weight: number): Promise<void> {
  await waitFor(`${app.namespace}: weight ${weight} in both Envoys`, async () => {
    for (const name of names) {
      const found = (await routesOf(app, name)).flatMap(({ weights }) => weights[`${service}-canary`] ?? []);
      if (found.length === 0 || found.some((entry) => Math.round(entry) !== weight))
        throw new Error(`${name}: ${found.join()}`);
    }
    return true;
  });
}

async function routesOf({ rig, namespace }: App, name: string): Promise<EnvoyRoute[]> {
  return (await Promise.all(PROXIES.map((proxy) => rig.envoyRoutes(`${namespace}/${name}`, proxy)))).flat();
}
