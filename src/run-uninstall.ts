import { KubeClient } from './cluster/client.ts';
import { loadCredentials } from './cluster/credentials.ts';
import type { Config } from './config.ts';
import { Dismantler } from './dismantle/dismantle.ts';
import { createLog } from './telemetry/log.ts';
import { PROVIDER } from './traffic/providers.ts';
import { AdoptedRoutes } from './uninstall/adopted-routes.ts';
import { uninstall } from './uninstall/uninstall.ts';
import { VERSION } from './version.ts';

/** `headgate uninstall`: what Helm runs, as the scheduler, before Headgate is deleted. Returns the exit code. */
export async function runUninstall(config: Config, timeoutMs: number): Promise<number> {
  const log = createLog({ level: config.logLevel, process: 'uninstall', secrets: config.secrets });
  const credentials = await loadCredentials(config.kubernetes);
  const client = new KubeClient({ credentials, userAgent: `headgate-uninstall/${VERSION}` });
  const now = Date.now();
  const { namespace, namespaces, concurrency, routeSettleMs: settleMs } = config;
  const onWrite = (key: string, what: string) => log.info({ deployment: key }, what);
  const provider = PROVIDER;
  const { clusterDomain } = config;
  const adopted = new AdoptedRoutes({ client, provider });
  const elsewhere = async (key: string) => adopted.elsewhere(key);
  const dismantler = new Dismantler({ client, provider, clusterDomain, elsewhere, settleMs, onWrite });
  const times = { deadline: now + timeoutMs, hurryAt: now + timeoutMs / 2 };
  try {
    const parts = { client, log, provider, adopted, dismantler };
    const left = await uninstall({ ...parts, namespace, namespaces, concurrency, ...times });
    for (const [deployment, why] of left) log.error({ deployment }, `Headgate is still on it: ${why}`);
    if (left.size === 0) log.info('Headgate is off every Deployment');
    return left.size === 0 ? 0 : 1;
  } finally {
    await client.close();
  }
}
