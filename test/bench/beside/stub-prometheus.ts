import { createServer, type IncomingMessage } from 'node:http';
import { promisify } from 'node:util';

const [HOST, PORT] = ['10.244.255.40', 9090];

/** A good answer to either check: percent of good answers, or milliseconds. */
const GOOD = '99.5';

/** The answers to what is asked beside the checks. */
const OTHERS: readonly (readonly [query: RegExp, value: string])[] = [
  // By this one Flagger asks whether Prometheus is there.
  [/^vector\(1\)$/, '1'],
  // Headgate asks how many more requests than before were lost.
  [/ - 2 \* /, '0'],
];

/** Answers each query at once, so that what is measured is not Prometheus. */
export class StubPrometheus {
  readonly url = `http://${HOST}:${PORT}`;
  readonly #server = createServer((request, response) => {
    queryOf(request).then(
      (query) => {
        const value = OTHERS.find(([asked]) => asked.test(query))?.[1] ?? GOOD;
        const result = [{ metric: {}, value: [Date.now() / 1_000, value] }];
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }));
      },
      () => response.destroy(),
    );
  });

  async start(): Promise<void> {
    await promisify((done: () => void) => this.#server.listen(PORT, HOST, done))();
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

async function queryOf(request: IncomingMessage): Promise<string> {
  const inUrl = new URL(request.url ?? '', `http://${HOST}`).searchParams.get('query');
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return inUrl ?? new URLSearchParams(body).get('query') ?? '';
}
