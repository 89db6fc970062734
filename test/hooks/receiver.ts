import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Test } from 'tap';
import { type CallerOptions, HookCaller, type HookQuestion } from '../../src/hooks/call.ts';
import { CallGuard, type CallGuardOptions } from '../../src/hooks/call-guard.ts';
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

/** Lets every name be this machine, and no address be forbidden. */
export const guardHere = (options: Partial<CallGuardOptions> = {}): CallGuard =>
  new CallGuard({
    rules: loadHookRules({}),
    forbids: async () => undefined,
    resolve: async () => ['127.0.0.1'],
    ...options,
  });

/** A caller with such a guard. */
export const callerHere = (
  guard: Partial<CallGuardOptions> = {},
  onReply?: NonNullable<CallerOptions['onReply']>,
): HookCaller => new HookCaller({ guard: guardHere(guard), userAgent: 'headgate/test', ...(onReply && { onReply }) });

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
