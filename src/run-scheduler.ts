import { Registry } from 'prom-client';
import { KubeClient } from './cluster/client.ts';
import { loadCredentials } from './cluster/credentials.ts';
import type { Config } from './config.ts';
import { Scheduler } from './scheduler/scheduler.ts';
import { probes } from './telemetry/http.ts';
import { createLog } from './telemetry/log.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { VERSION } from './version.ts';

/** A process that runs until it is told to stop. */
export interface Running {
  stop(): Promise<void>;
  wake?(key: string): void;
}

/** `headgate scheduler`. Resolves when its watches are filled. */
export async function runScheduler(config: Config): Promise<Running> {
  const log = createLog({ level: config.logLevel, process: 'scheduler' });
  const registry = new Registry();
  const metrics = createMetrics(registry);
  const credentials = await loadCredentials(config.kubernetes);
  const onRequest = (report: { verb: string; resource: string; code: number | string }) =>
    metrics.apiRequests.inc(report);
  const client = new KubeClient({ credentials, userAgent: `headgate-scheduler/${VERSION}`, onRequest });
  const scheduler = new Scheduler({ config, client, log, metrics });
  const http = probes({ registry, isAlive: scheduler.isAlive, isReady: scheduler.isReady });
  await http.listen({ host: config.httpHost, port: config.httpPort });
  await scheduler.start();
  log.info({ metricsServer: config.metricsServer, queue: config.queue }, 'the scheduler is ready');
  return {
    wake: (key) => scheduler.wake(key),
    stop: async () => {
      await scheduler.stop();
      await http.close();
      await client.close();
      log.info('the scheduler has stopped');
    },
  };
}
