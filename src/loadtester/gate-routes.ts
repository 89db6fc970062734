import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../telemetry/log.ts';
import type { Guard } from './bearer.ts';
import { GATE_KINDS, type GateKind, type Gates } from './gates.ts';
import type { LoadTesterMetrics } from './metrics.ts';
import { canaryOf, type ReceivedPayload, readPayload } from './payload.ts';

export interface GateRoutesOptions {
  /** Undefined where gates are not kept. */
  gates: Gates | undefined;
  /** Asked before a gate is changed. */
  mayChange: Guard;
  now: () => Date;
  log: Logger;
  metrics: Pick<LoadTesterMetrics, 'gateRequests'>;
}

type Answer = [code: number, words: string];
type Verb = (gates: Gates, kind: GateKind, canary: ReceivedPayload) => Promise<Answer>;

const WORDS: Readonly<Record<GateKind, string>> = { gate: 'the gate', rollback: 'the rollback' };

const check: Verb = async (gates, kind, canary) => {
  const open = await gates.isOpen(kind, canary);
  return open ? [200, 'Approved'] : [403, `Forbidden: ${WORDS[kind]} of ${canaryOf(canary)} is closed`];
};

/** Beside what Flagger's load tester has: `GET /gate` lists what is open. */
export async function gateRoutes(app: FastifyInstance, options: GateRoutesOptions): Promise<void> {
  const { mayChange, now } = options;
  const open: Verb = async (gates, kind, canary) => {
    await gates.open(kind, canary, now());
    return [202, `${WORDS[kind]} of ${canaryOf(canary)} is open`];
  };
  const close: Verb = async (gates, kind, canary) => {
    await gates.close(kind, canary);
    return [202, `${WORDS[kind]} of ${canaryOf(canary)} is closed`];
  };
  app.addHook('onResponse', async ({ routeOptions: { url = '' } }, { statusCode }) => {
    const [, kind = '', verb = 'list'] = url.split('/');
    options.metrics.gateRequests.inc({ kind, verb, code: statusCode });
  });
  for (const kind of GATE_KINDS) {
    app.post(`/${kind}/check`, answering(kind, check, options));
    app.post(`/${kind}/open`, { onRequest: mayChange }, answering(kind, open, options));
    app.post(`/${kind}/close`, { onRequest: mayChange }, answering(kind, close, options));
  }
  // A gate that is always open and one that is always closed: for a URL in a webhook, not to change anything.
  app.post('/gate/approve', async () => 'OK\n');
  app.post('/gate/halt', async (_request, reply) => reply.code(403).send('Forbidden\n'));
  app.get('/gate', listing(options));
}

function answering(kind: GateKind, verb: Verb, { gates, log }: GateRoutesOptions) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const read = readPayload(request.body);
    if ('refusal' in read) return reply.code(400).send(`${read.refusal}\n`);
    if (gates === undefined) return reply.code(404).send(NOT_HERE);
    const canary = canaryOf(read.payload);
    try {
      const [code, words] = await verb(gates, kind, read.payload);
      const level = verb === check ? 'debug' : 'info';
      log[level]({ canary, kind, answer: code }, words);
      return await reply.code(code).send(`${words}\n`);
    } catch (error) {
      log.warn({ canary, kind, err: error }, 'Redis did not answer about a gate');
      return reply.code(503).send(NO_REDIS);
    }
  };
}

const NOT_HERE = 'this load tester keeps no gates (HEADGATE_LOADTESTER_GATES=off)\n';
const NO_REDIS = 'Redis does not answer: whether the gate is open is not known\n';

function listing({ gates, log }: GateRoutesOptions) {
  return async (_request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    if (gates === undefined) return reply.code(404).send(NOT_HERE);
    try {
      const [open, rollbacks] = await Promise.all([gates.list('gate'), gates.list('rollback')]);
      return await reply.send({ open, rollbacks });
    } catch (error) {
      log.warn({ err: error }, 'Redis did not answer about gates');
      return reply.code(503).send(NO_REDIS);
    }
  };
}
