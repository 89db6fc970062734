import { type FastifyInstance, fastify } from 'fastify';
import type { Registry } from 'prom-client';

export interface ProbesOptions {
  registry: Registry;
  isAlive: () => boolean;
  isReady: () => boolean;
}

/** /healthz, /readyz and /metrics over plain HTTP: for the kubelet and Prometheus. */
export function probes({ registry, isAlive, isReady }: ProbesOptions): FastifyInstance {
  const app = fastify({ logger: false });
  const answer = (ok: boolean) => (ok ? 'ok' : 'not ok');
  app.get('/healthz', (_request, reply) => reply.code(isAlive() ? 200 : 503).send(answer(isAlive())));
  app.get('/readyz', (_request, reply) => reply.code(isReady() ? 200 : 503).send(answer(isReady())));
  app.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
  return app;
}
