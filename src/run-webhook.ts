import { X509Certificate } from 'node:crypto';
import { Registry } from 'prom-client';
import { FileCertificates } from './admission/certificates/file-source.ts';
import { SecretCertificates } from './admission/certificates/secret-source.ts';
import type { CertificateSource, UseCertificate } from './admission/certificates/source.ts';
import { WebhookServer } from './admission/server.ts';
import { KubeClient } from './cluster/client.ts';
import { loadCredentials } from './cluster/credentials.ts';
import { ServerClock } from './cluster/server-clock.ts';
import type { Config } from './config.ts';
import { type Running, startInOrder } from './process/lifecycle.ts';
import { clockReport } from './scheduler/clock-report.ts';
import { commandConnection } from './scheduler/queue/redis.ts';
import { reportRedis } from './scheduler/queue/redis-report.ts';
import { type WakeJob, WakeQueue } from './scheduler/queue/wake-queue.ts';
import { probes } from './telemetry/http.ts';
import { createLog, type Logger } from './telemetry/log.ts';
import { createMetrics, type Metrics } from './telemetry/metrics.ts';
import { PROVIDER } from './traffic/providers.ts';
import { VERSION } from './version.ts';

const CONFIGURATION = 'headgate';
const SERVICE = 'headgate-webhook';

/**
 * `headgate webhook`. Resolves when it listens; it is ready once it has a certificate that API servers trust.
 * @param wake takes the hints where the scheduler is in the same process; otherwise they go through Redis.
 */
export async function runWebhook(config: Config, wake?: (key: string) => void): Promise<Running> {
  const log = createLog({ level: config.logLevel, process: 'webhook', secrets: config.secrets });
  const registry = new Registry();
  const metrics = createMetrics(registry);
  metrics.buildInfo.set({ process: 'webhook', version: VERSION }, 1);
  const clock = new ServerClock({ onOffset: clockReport(log, metrics) });
  const hints = wake ? { give: wake, close: async () => undefined } : throughRedis(config, log, metrics);
  const server = new WebhookServer({
    registry,
    metrics,
    log,
    schedulerUser: config.schedulerUser,
    provider: PROVIDER,
    shutdownDelayMs: config.shutdownDelayMs,
    now: clock.now,
    enqueue: hints.give,
    onEnqueueError: (error) => {
      metrics.hintsDropped.inc();
      log.warn({ err: error }, 'a hint was lost; the scheduler finds the work itself');
    },
  });
  const certificates = await certificatesOf({ config, log, metrics, clock, serves: server.isReady });
  const http = probes({ registry, isAlive: () => true, isReady: server.isReady });
  const running = await startInOrder([
    { stop: () => log.info('the webhook has stopped') },
    { stop: () => hints.close() },
    { start: () => http.listen({ host: config.httpHost, port: config.httpPort }), stop: () => http.close() },
    // Certificates are looked after until the server has answered its last request.
    { stop: () => certificates.stop() },
    { start: () => server.listen({ host: config.webhookHost, port: config.webhookPort }), stop: () => server.stop() },
    { start: () => certificates.start(used(server, metrics)) },
  ]);
  log.info({ port: config.webhookPort }, 'the webhook listens');
  return running;
}

const used =
  (server: WebhookServer, { certificateExpiry }: Metrics): UseCertificate =>
  (certificate) => {
    server.useCertificate(certificate);
    certificateExpiry.set(Date.parse(new X509Certificate(certificate.cert).validTo) / 1_000);
  };

interface CertificatesInput {
  config: Config;
  log: Logger;
  metrics: Metrics;
  /** Learns from the API server's answers what time it is there. */
  clock: ServerClock;
  serves: () => boolean;
}

/** Files need no rights in the cluster, and no way into it: the machine's clock is all that there is then. */
async function certificatesOf({ config, log, metrics, clock, serves }: CertificatesInput): Promise<CertificateSource> {
  if (config.tlsDir !== undefined) return new FileCertificates({ dir: config.tlsDir, log });
  const client = await clientOf(config, metrics, clock);
  const source = new SecretCertificates({
    client,
    log,
    secret: { namespace: config.namespace, name: config.tlsSecret },
    configuration: CONFIGURATION,
    names: serviceNames(config.namespace),
    serves,
    now: clock.now,
  });
  const stop = async () => {
    await source.stop();
    await client.close();
  };
  return { start: (use) => source.start(use), stop };
}

async function clientOf(config: Config, metrics: Metrics, clock: ServerClock): Promise<KubeClient> {
  const credentials = await loadCredentials(config.kubernetes);
  const onRequest = (report: { verb: string; resource: string; code: number | string }) =>
    metrics.apiRequests.inc(report);
  return new KubeClient({ credentials, userAgent: `headgate-webhook/${VERSION}`, onRequest, clock });
}

/** Names by which an API server, or a person in the cluster, calls the Service. */
const serviceNames = (namespace: string): string[] => [
  `${SERVICE}.${namespace}.svc`,
  `${SERVICE}.${namespace}.svc.cluster.local`,
];

/** A hint that Redis does not take is lost here: the scheduler's own watch sees the same change. */
function throughRedis(
  config: Config,
  log: Logger,
  { hintsDropped, redisConnected }: Metrics,
): { give: (key: string) => void; close: () => Promise<void> } {
  const connection = commandConnection(config);
  // A webhook answers whatever Redis is like: one that refused to start would keep every change out.
  reportRedis(connection, config, [config.queue], log);
  connection.on('ready', () => redisConnected.set(1));
  connection.on('close', () => redisConnected.set(0));
  const runHere = ({ key }: WakeJob) => {
    hintsDropped.inc();
    log.warn({ deployment: key }, 'Redis did not take a hint');
  };
  // A change that is more urgent than a release's start is so by the scheduler's own watch.
  const wakeQueue = new WakeQueue({ name: config.queue, connection, runHere, urgencyOf: () => 'start' });
  return {
    give: (key) => wakeQueue.hint(key),
    close: async () => {
      await wakeQueue.close();
      connection.disconnect();
    },
  };
}
