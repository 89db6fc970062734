import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { NodeAgent, RunningPod } from './agent.ts';
import type { Program } from './process.ts';

export const verbs = ['start', 'stop', 'restart', 'kill', 'pause', 'resume'] as const;
export type Verb = (typeof verbs)[number];

export interface ComponentStatus {
  name: string;
  state: string;
  pid: number | undefined;
}

/**
 * HTTP over a unix socket: GET /components, POST /components/NAME/VERB (answers when it is done and ready again),
 * GET /pods, POST /pods/NAMESPACE/NAME/crash.
 */
export function serveControl(socket: string, programs: ReadonlyMap<string, Program>, agent: NodeAgent): Promise<void> {
  const server = createServer((request, response) => {
    route(request, programs, agent).then(
      (body) => answer(response, 200, body ?? {}),
      (error: Error) => answer(response, error instanceof RangeError ? 404 : 500, { message: error.message }),
    );
  });
  server.unref();
  return new Promise((resolve, reject) => server.once('error', reject).listen(socket, resolve));
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function route(
  { method, url }: IncomingMessage,
  programs: ReadonlyMap<string, Program>,
  agent: NodeAgent,
): Promise<object | undefined> {
  const [kind, first = '', second = '', third] = (url ?? '').slice(1).split('/');
  if (kind === 'components' && method === 'GET') {
    return [...programs.values()].map(({ name, state, pid }): ComponentStatus => ({ name, state, pid }));
  }
  if (kind === 'components') return command(programs, first, second);
  if (kind === 'pods' && method === 'GET') return agent.pods();
  if (kind === 'pods' && third === 'crash' && agent.crash(first, second)) return undefined;
  throw new RangeError(`no such thing here: ${method} ${url}`);
}

async function command(programs: ReadonlyMap<string, Program>, name: string, verb: string): Promise<undefined> {
  const program = programs.get(name);
  const known = verbs.find((candidate) => candidate === verb);
  if (!program) throw new RangeError(`no component ${name}; there are ${[...programs.keys()].join(', ')}`);
  if (!known) throw new RangeError(`no verb ${verb}; there are ${verbs.join(', ')}`);
  await program[known]();
}

/** The client's side. */
export const control = {
  components: (socket: string): Promise<ComponentStatus[]> => call(socket, 'GET', '/components'),
  command: (socket: string, name: string, verb: Verb): Promise<object> =>
    call(socket, 'POST', `/components/${name}/${verb}`),
  pods: (socket: string): Promise<RunningPod[]> => call(socket, 'GET', '/pods'),
  crash: (socket: string, namespace: string, name: string): Promise<object> =>
    call(socket, 'POST', `/pods/${namespace}/${name}/crash`),
};

function call<T>(socketPath: string, method: string, path: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, method, path }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        const body = JSON.parse(text) as T & { message?: string };
        if (response.statusCode === 200) resolve(body);
        else reject(new Error(body.message));
      });
    });
    outgoing.on('error', reject).end();
  });
}
