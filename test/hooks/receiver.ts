import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Test } from 'tap';
import { type CallerOptions, HookCaller, type HookQuestion } from '../../src/hooks/call.ts';
import { loadHookRules } from '../../src/hooks/settings.ts';

export interface Received {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

export interface Receiver {
  port: number;
  /** As a Service `hook` of the canary's namespace. */
  url: string;
  received: Received[];
  /** Connections that are open. */
  open: () => Promise<number>;
}

export type Answering = (response: ServerResponse, request: Received, count: number) => void | Promise<void>;

/** A real HTTP server that answers as told; stopped with the test. */
export async function receiver(t: Test, answering: Answering): Promise<Receiver> {
  const received: Received[] = [];
  const listener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url: path = '', headers } = request;
    const seen = { method, path, headers, body: await text(request) };
    received.push(seen);
    await answering(response, seen, received.length);
  };
  const server = createServer(listener as RequestListener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const open = () => new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)));
  return { port, url: `http://hook:${port}/`, received, open };
}

export const NEVER = new AbortController().signal;

/** A caller for which every name is this machine, and no address forbidden. */
export const callerHere = (options: Partial<CallerOptions> = {}): HookCaller =>
  new HookCaller({
    rules: loadHookRules({}),
    userAgent: 'headgate/test',
    forbids: async () => undefined,
    resolve: async () => ['127.0.0.1'],
    ...options,
  });

export const question = (url: string, more: Partial<HookQuestion> = {}): HookQuestion => ({
  type: 'rollout',
  url,
  namespace: 'demo',
  timeoutMs: 5_000,
  retries: 0,
  body: { name: 'podinfo' },
  ...more,
});

export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}
