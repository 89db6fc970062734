import type { ServerResponse } from 'node:http';

interface Broken {
  response: ServerResponse;
  isWatch: boolean;
}

const status = (code: number, reason: string): string =>
  JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message: 'it is a test' });

const answer = (response: ServerResponse, code: number, body: string, headers: Record<string, string> = {}): void =>
  void response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(body);

/** One event that is none, or what stands in the place of an object. */
const OTHER = {
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: { name: 'other', namespace: 'default', resourceVersion: '1' },
};

/** What a client gets in the place of an answer, by what is broken. */
export const FAULTS = {
  /** No answer at all. */
  hang: () => undefined,
  /** A watch opens and says nothing, one that is open says nothing more; all else hangs. */
  silent: ({ response, isWatch }) => {
    if (isWatch) response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
  },
  /** As without the right. */
  forbid: ({ response }) => answer(response, 403, status(403, 'Forbidden')),
  throttle: ({ response }) => answer(response, 429, status(429, 'TooManyRequests'), { 'retry-after': '1' }),
  /** 200, and the page of a proxy. */
  page: ({ response }) => answer(response, 200, '<h1>Please log in</h1>\n'),
  /** 200, and half an object. */
  half: ({ response }) => answer(response, 200, '{"kind":"List","items":[{"metadata"'),
  /** 200, and an object of another kind. */
  other: ({ response, isWatch }) =>
    answer(response, 200, `${JSON.stringify(isWatch ? { type: 'ADDED', object: OTHER } : OTHER)}\n`),
} as const satisfies Record<string, (broken: Broken) => void>;

export type Fault = keyof typeof FAULTS;
