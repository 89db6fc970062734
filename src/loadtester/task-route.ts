import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Guard } from './bearer.ts';
import type { TaskResult } from './child.ts';
import type { LoadTesterMetrics } from './metrics.ts';
import { readPayload } from './payload.ts';
import type { TaskRunner } from './runner.ts';
import { readTask, type Task, type TaskLimits } from './task.ts';

export interface TaskRouteOptions {
  runner: TaskRunner;
  limits: TaskLimits;
  /** Asked before a command is run. */
  mayRun: Guard;
  metrics: Pick<LoadTesterMetrics, 'tasks'>;
}

/** `POST /`: runs the command of the payload's metadata. Refusals are 4xx: callers show the body of those. */
export async function taskRoute(app: FastifyInstance, options: TaskRouteOptions): Promise<void> {
  app.post('/', { onRequest: options.mayRun }, (request, reply) => handle(request, reply, options));
}

async function handle(request: FastifyRequest, reply: FastifyReply, options: TaskRouteOptions): Promise<FastifyReply> {
  const read = taskOf(request.body, options.limits);
  if ('refusal' in read) {
    options.metrics.tasks.inc({ type: 'unknown', outcome: 'refused' });
    return reply.code(400).send(`${read.refusal}\n`);
  }
  return read.task.type === 'cmd' ? start(read.task, reply, options) : wait(read.task, reply, options);
}

function taskOf(body: unknown, limits: TaskLimits): { task: Task } | { refusal: string } {
  const read = readPayload(body);
  return 'refusal' in read ? read : readTask(read.payload, limits);
}

const DECLINED = {
  duplicate: [202, 'the same command of this canary runs already\n'],
  full: [429, 'too many commands run and wait already; try again later\n'],
  stopping: [503, 'the load tester is stopping\n'],
} as const;

function decline(reply: FastifyReply, state: keyof typeof DECLINED): FastifyReply {
  const [code, words] = DECLINED[state];
  return reply.code(code).send(words);
}

function start(task: Task, reply: FastifyReply, { runner }: TaskRouteOptions): FastifyReply {
  const offer = runner.offer(task);
  if (offer.state !== 'taken') return decline(reply, offer.state);
  return reply.code(202).send(offer.waits ? 'waits for its turn\n' : 'started\n');
}

async function wait(task: Task, reply: FastifyReply, { runner }: TaskRouteOptions): Promise<FastifyReply> {
  const offer = runner.offer(task, callerOf(reply));
  return offer.state === 'taken' ? answer(task, await offer.result, reply) : decline(reply, offer.state);
}

function answer({ program }: Task, { ending, how, output }: TaskResult, reply: FastifyReply): FastifyReply {
  if (ending === 'passed') return reply.code(200).send(output);
  return reply.code(ending === 'ended' ? 503 : 500).send(`${program}: ${how}\n${output}`);
}

/** Aborts when the connection goes before the answer: what nobody waits for is ended. */
function callerOf({ raw }: FastifyReply): AbortSignal {
  const left = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) left.abort('the caller is gone');
  });
  return left.signal;
}
