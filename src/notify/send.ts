import type { Readable } from 'node:stream';
import type { AxiosProxyConfig, AxiosResponse } from 'axios';
import { checkedLookup } from '../hooks/checked-lookup.ts';
import { ANSWER_MS } from './pace.ts';
import { type SendResult, sendResultOf } from './send-result.ts';
import type { Outgoing } from './target.ts';

/** Of an answer's body, the first bytes: Slack's own word fits. */
const MOST_BYTES = 16_384;

export interface SendOptions {
  timeoutMs?: number;
  /** An HTTP proxy, `http://HOST:PORT`; without one the address is called directly, whatever the environment says. */
  proxy?: string | undefined;
  /** Those of the host that were checked: one of them is connected to, and no name server is asked again. */
  addresses?: readonly string[] | undefined;
}

/** One POST. Never throws, follows no redirect, and never tells where it went. */
export async function send(
  outgoing: Outgoing,
  { timeoutMs = ANSWER_MS, proxy, addresses }: SendOptions = {},
): Promise<SendResult> {
  const { url, headers, body, slackApi } = outgoing;
  // Not at start: many have nobody to tell, and it is one of the largest packages here.
  const { default: axios } = await import('axios');
  try {
    const response = await axios.post<Readable>(url, body, {
      headers: { ...headers, 'content-type': 'application/json', 'user-agent': 'headgate' },
      // The status is enough, except for Slack's API: what else is in a body cannot turn a delivery into a failure.
      responseType: 'stream',
      signal: AbortSignal.timeout(timeoutMs),
      maxRedirects: 0,
      proxy: proxyOf(proxy),
      ...(addresses && { lookup: checkedLookup(addresses) }),
      validateStatus: () => true,
    });
    const answer = { status: response.status, retryAfter: header(response), body: await bodyOf(response, slackApi) };
    return sendResultOf(answer, slackApi, Date.now());
  } catch (error) {
    return { outcome: 'retry', why: whyNot(axios.isAxiosError(error) ? error.code : undefined, timeoutMs) };
  }
}

const header = ({ headers }: AxiosResponse): string | undefined => {
  const value: unknown = headers['retry-after'];
  return typeof value === 'string' ? value : undefined;
};

async function bodyOf({ data }: AxiosResponse<Readable>, wanted: boolean): Promise<string | undefined> {
  if (!wanted) {
    data.on('error', () => undefined).destroy();
    return undefined;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of data as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MOST_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function proxyOf(address: string | undefined): AxiosProxyConfig | false {
  if (address === undefined) return false;
  const { protocol, hostname, port } = new URL(address);
  return { protocol, host: hostname, port: Number(port || (protocol === 'https:' ? 443 : 80)) };
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'it refuses connections',
  ECONNRESET: 'it broke the connection off',
  ENOTFOUND: 'the name in its address is not known',
  EAI_AGAIN: 'the name in its address cannot be looked up now',
};

/** By code alone: messages of the network name the address. */
function whyNot(code: string | undefined = '', timeoutMs: number): string {
  if (code === 'ERR_CANCELED' || code === 'ETIMEDOUT') return `it did not answer within ${timeoutMs / 1_000} s`;
  return REASONS[code] ?? `it cannot be reached${/^[A-Z_]+$/.test(code) ? ` (${code})` : ''}`;
}
