import { Registry } from 'prom-client';
import { ProviderClient, type ProviderClientOptions } from './analysis/provider-client.ts';
import { ApiServerAddresses } from './cluster/api-server.ts';
import { KubeClient } from './cluster/client.ts';
import { type Credentials, loadCredentials } from './cluster/credentials.ts';
import { ServerClock } from './cluster/server-clock.ts';
import type { Config, Environment } from './config.ts';
import { neverCalled } from './hooks/address.ts';
import { type CallerOptions, HookCaller } from './hooks/call.ts';
import { CallGuard, type CallGuardOptions } from './hooks/call-guard.ts';
import { loadHookRules, loadMetricRules } from './hooks/settings.ts';
import { loadAlertSettings } from './notify/settings.ts';
import { type Running, startInOrder } from './process/lifecycle.ts';
import { clockReport } from './scheduler/clock-report.ts';
import { requireRedis } from './scheduler/queue/suitability.ts';
import { queuesOf, Scheduler } from './scheduler/scheduler.ts';
import { probes } from './telemetry/http.ts';
import { createLog } from './telemetry/log.ts';
import { createMetrics, type Metrics } from './telemetry/metrics.ts';
import { startTracing } from './telemetry/tracing.ts';
import type { TrafficProvider } from './traffic/provider.ts';
import { PROVIDER } from './traffic/providers.ts';
import { VERSION } from './version.ts';

export interface RunningScheduler extends Running {
  /** Has a Deployment looked at: a hint of the webhook, where that is in the same process. */
  wake: (key: string) => void;
}

/**
 * `headgate scheduler`. Resolves when its watches are filled. @param provider what divides traffic
 * @throws AppError REDIS_UNSUITABLE where Redis answers and cannot be used
 */
export async function runScheduler(
  config: Config,
  environment: Environment,
  provider: TrafficProvider = PROVIDER,
): Promise<RunningScheduler> {
  const rules = loadHookRules(environment);
  const metricRules = loadMetricRules(environment);
  const alerts = loadAlertSettings(environment);
  const log = createLog({ level: config.logLevel, process: 'scheduler', secrets: config.secrets });
  const registry = new Registry();
  const metrics = createMetrics(registry);
  metrics.buildInfo.set({ process: 'scheduler', version: VERSION }, 1);
  await requireRedis(config, queuesOf(config), log);
  const credentials = await loadCredentials(config.kubernetes);
  const onRequest = (report: { verb: string; resource: string; code: number | string }) =>
    metrics.apiRequests.inc(report);
  const clock = new ServerClock({ onOffset: clockReport(log, metrics) });
  const client = new KubeClient({ credentials, userAgent: `headgate-scheduler/${VERSION}`, onRequest, clock });
  const apiServer = new ApiServerAddresses({
    client,
    hosts: hostsOf(credentials, config),
    onError: (error) => log.warn({ err: error }, 'not all addresses of the API server are known'),
  });
  const guard = new CallGuard({ rules, forbids: forbidden(apiServer) });
  const userAgent = `headgate/${VERSION}`;
  const caller = new HookCaller({ guard, userAgent, onReply: counted(metrics) });
  const addresses: ProviderClientOptions['addresses'] = (to, signal) => guard.addresses(to, signal);
  const providers = new ProviderClient({ rules: metricRules, userAgent, addresses });
  const tracing = await startTracing(environment, VERSION);
  const parts = { log, metrics, tracing, caller, guard, providers, clock: clock.now };
  const scheduler = new Scheduler({ config, alerts, client, provider, ...parts });
  const http = probes({ registry, isAlive: scheduler.isAlive, isReady: scheduler.isReady });
  const running = await startInOrder([
    { stop: () => log.info('the scheduler has stopped') },
    { stop: () => Promise.all([client.close(), tracing.stop()]) },
    { start: () => http.listen({ host: config.httpHost, port: config.httpPort }), stop: () => http.close() },
    scheduler,
  ]);
  const { metricsServer, queue, namespaces } = config;
  log.info({ metricsServer, queue, namespaces }, 'the scheduler is ready');
  return { ...running, wake: (key) => scheduler.wake(key) };
}

/** Under which names and addresses this process knows the API server. */
const hostsOf = ({ server }: Credentials, { kubernetes: { inCluster = server } }: Config): string[] =>
  [...new Set([server, inCluster])].map((url) => new URL(url).hostname.replace(/^\[(.*)\]$/, '$1'));

/** What is never called for others, whatever is allowed. */
const forbidden =
  (apiServer: ApiServerAddresses): CallGuardOptions['forbids'] =>
  async (address) =>
    neverCalled(address) ?? ((await apiServer.has(address)) ? 'an address of the API server' : undefined);

const counted =
  ({ hookCalls, hookDuration }: Metrics): NonNullable<CallerOptions['onReply']> =>
  (type, outcome, seconds) => {
    hookCalls.inc({ type, outcome });
    hookDuration.observe({ type }, seconds);
  };
