import type { Server } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SecureContextOptions } from 'node:tls';
import { type FastifyInstance, fastify } from 'fastify';
import type { Registry } from 'prom-client';
import { type AdmissionOptions, admissionPlugin } from './plugin.ts';

/** What a TLS server shows: PEM texts. */
export interface ServingCertificate {
  cert: string;
  key: string;
}

export interface WebhookServerOptions extends AdmissionOptions {
  registry: Registry;
  /** How long to go on serving after `stop`, so that endpoints are updated everywhere first. */
  shutdownDelayMs: number;
}

const TLS: SecureContextOptions = { minVersion: 'TLSv1.2' };
/** The API server keeps idle connections for 90 s and does not repeat a POST: whoever closes first must be the API server. */
const KEEP_ALIVE_MS = 120_000;
/** Node wants it below the request's own limit. */
const HEADERS_MS = 25_000;
const REQUEST_MS = 30_000;
/** What is in flight when the listener closes is answered within this time, many times over. */
const IN_FLIGHT_MS = 2_000;

/**
 * The HTTPS side of the webhook. It answers only once it has a certificate, takes a new one without a restart, and ends
 * without failing a request: first not ready, then still serving, then done with what is in flight.
 */
export class WebhookServer {
  readonly app: FastifyInstance<Server>;
  readonly #shutdownDelayMs: number;
  #loaded = false;
  #draining = false;
  #stopped: Promise<void> | undefined;

  constructor({ registry, shutdownDelayMs, ...admission }: WebhookServerOptions) {
    this.#shutdownDelayMs = shutdownDelayMs;
    this.app = fastify({
      https: TLS,
      logger: false,
      onProtoPoisoning: 'remove',
      onConstructorPoisoning: 'remove',
      keepAliveTimeout: KEEP_ALIVE_MS,
      requestTimeout: REQUEST_MS,
      return503OnClosing: false,
      forceCloseConnections: 'idle',
    });
    this.app.server.headersTimeout = HEADERS_MS;
    this.#leaveWhenDraining();
    this.#addProbes(registry);
    this.app.register(admissionPlugin, admission);
  }

  /** Whether requests should be sent here. */
  readonly isReady = (): boolean => this.#loaded && !this.#draining;

  /** New connections see it from now on; those that are open go on. */
  useCertificate({ cert, key }: ServingCertificate): void {
    this.app.server.setSecureContext({ ...TLS, cert, key });
    this.#loaded = true;
  }

  async listen(address: { host: string; port: number }): Promise<void> {
    await this.app.listen(address);
  }

  /** Resolves when the last request was answered and the listener is closed. */
  stop(): Promise<void> {
    this.#stopped ??= this.#drain();
    return this.#stopped;
  }

  async #drain(): Promise<void> {
    this.#draining = true;
    await sleep(this.#shutdownDelayMs);
    const closed = this.app.close();
    // A connection that the API server opened and never used is not idle to Node, and would be waited for.
    const late = setTimeout(() => this.app.server.closeAllConnections(), IN_FLIGHT_MS);
    await closed.finally(() => clearTimeout(late));
  }

  /** Every answer while draining ends its connection, so that no request meets one that is just being closed. */
  #leaveWhenDraining(): void {
    this.app.addHook('onSend', async (_request, reply) => {
      if (this.#draining) reply.header('connection', 'close');
    });
  }

  #addProbes(registry: Registry): void {
    this.app.get('/healthz', async () => 'ok');
    this.app.get('/readyz', async (_request, reply) => {
      const ready = this.isReady();
      return reply.code(ready ? 200 : 503).send(ready ? 'ok' : 'not ok');
    });
    this.app.get('/metrics', async (_request, reply) =>
      reply.type(registry.contentType).send(await registry.metrics()),
    );
  }
}
