import { setTimeout as sleep } from 'node:timers/promises';
import { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { Registry } from 'prom-client';
import { type GateRoutesOptions, gateRoutes } from './gate-routes.ts';
import { type TaskRouteOptions, taskRoute } from './task-route.ts';

export interface LoadTesterServerOptions extends Omit<TaskRouteOptions, 'metrics'>, Omit<GateRoutesOptions, 'metrics'> {
  registry: Registry;
  metrics: TaskRouteOptions['metrics'] & GateRoutesOptions['metrics'];
  /** How long to go on serving after `stop`, so that endpoints are updated everywhere first. */
  shutdownDelayMs: number;
  /** What running commands then have to end by themselves. */
  graceMs: number;
}

const BODY_LIMIT = 64 * 1024;
const REQUEST_MS = 10_000;

/** Commands, gates, probes and metrics over plain HTTP on one port, as a webhook's URL expects it. */
export class LoadTesterServer {
  readonly app: FastifyInstance;
  readonly #options: LoadTesterServerOptions;
  #draining = false;
  #stopped: Promise<void> | undefined;

  constructor(options: LoadTesterServerOptions) {
    this.#options = options;
    this.app = fastify({
      logger: false,
      bodyLimit: BODY_LIMIT,
      requestTimeout: REQUEST_MS,
      routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true },
      forceCloseConnections: 'idle',
      return503OnClosing: false,
    });
    this.#readAllAsJson();
    this.#speakPlainly();
    this.#addProbes(options.registry);
    this.app.register(taskRoute, options);
    this.app.register(gateRoutes, options);
  }

  readonly isReady = (): boolean => !this.#draining && (this.#options.gates?.isReady() ?? true);

  async listen(address: { host: string; port: number }): Promise<void> {
    await this.app.listen(address);
  }

  /** Not ready, still serving, no new commands, none left, closed. */
  stop(): Promise<void> {
    this.#stopped ??= this.#drain();
    return this.#stopped;
  }

  async #drain(): Promise<void> {
    const { shutdownDelayMs, runner, graceMs } = this.#options;
    this.#draining = true;
    await sleep(shutdownDelayMs);
    await runner.stop(graceMs);
    await this.app.close();
  }

  /** `curl -d` calls its JSON a form. Pages in a browser, which can send such a request from anywhere, say where from. */
  #readAllAsJson(): void {
    this.app.removeAllContentTypeParsers();
    this.app.addContentTypeParser('*', { parseAs: 'string' }, this.app.getDefaultJsonParser('error', 'error'));
    this.app.addHook('onRequest', async ({ headers }, reply) => {
      const isPage = headers.origin !== undefined;
      return isPage ? reply.code(403).send('requests of web pages are not served\n') : undefined;
    });
  }

  /** Answers are texts: they end in Events and terminals. */
  #speakPlainly(): void {
    this.app.addHook('onSend', async (_request, reply) => {
      if (this.#draining) reply.header('connection', 'close');
    });
    this.app.setErrorHandler((error: FastifyError, _request: FastifyRequest, reply: FastifyReply) => {
      const code = error.statusCode ?? 500;
      if (code >= 500) this.#options.log.error({ err: error }, 'a request could not be answered');
      return reply.code(code).send(`${code < 500 ? error.message : 'something went wrong; the log has it'}\n`);
    });
    this.app.setNotFoundHandler((_request, reply) =>
      reply.code(404).send('there is POST /, POST /gate/… and /rollback/…, and GET /gate\n'),
    );
  }

  #addProbes(registry: Registry): void {
    this.app.get('/healthz', async () => 'OK');
    this.app.get('/readyz', async (_request, reply) => {
      const ready = this.isReady();
      return reply.code(ready ? 200 : 503).send(ready ? 'ok' : 'not ok');
    });
    this.app.get('/metrics', async (_request, reply) =>
      reply.type(registry.contentType).send(await registry.metrics()),
    );
  }
}
