import { BlockList, isIP, isIPv6 } from 'node:net';
import { Client, type Dispatcher } from 'undici';
import { checkedLookup } from '../hooks/checked-lookup.ts';
import { type Destination, destinationOf, type HookRules } from '../hooks/destination.ts';
import { OF_TEMPLATES, type Refusal, refusalWords } from '../hooks/refusal.ts';
import { unreachable } from '../hooks/reply.ts';
import { formatDuration } from '../rollout/spec/schema/durations.ts';
import { boundedText, TOO_LONG } from './bounded-text.ts';
import type { ProviderRequest, SecretValues } from './providers/provider.ts';
import { signedHeaders } from './signing.ts';

const TIMEOUT_MS = 5_000;

/** The first part of an answer, or what kept it from coming. */
export type ProviderAnswer = { status: number; text: string; retryAfter?: string } | { problem: string };

/** Which addresses a question may go to. */
export interface ProviderReach {
  /** Its Services may be called. */
  namespace: string;
  /** Whoever may write the template may choose any address, as administrators may. */
  isTrusted: boolean;
}

type Reachable = Exclude<Destination, { refusal: Refusal }>;

export interface ProviderClientOptions {
  rules: HookRules;
  userAgent: string;
  /** All addresses of a destination, if none of them is forbidden whatever the rules say. */
  addresses: (to: Reachable, signal: AbortSignal) => Promise<string[] | { refusal: Refusal }>;
  timeoutMs?: number;
}

/**
 * Puts questions to providers of metrics. The address that was checked is the one that is connected to; redirects are not
 * followed, proxies of the environment are not used.
 */
export class ProviderClient {
  readonly #options: ProviderClientOptions;

  constructor(options: ProviderClientOptions) {
    this.#options = options;
  }

  /** One request. Never throws. @param tls the template's Secret, for a certificate of its own */
  async send(request: ProviderRequest, reach: ProviderReach, tls: SecretValues): Promise<ProviderAnswer> {
    const { timeoutMs = TIMEOUT_MS } = this.#options;
    const within = AbortSignal.timeout(timeoutMs);
    try {
      const to = this.#destination(request.url, reach);
      return 'refusal' in to ? refused(to.refusal) : await this.#call(request, to, tls, within);
    } catch (error) {
      if (within.aborted) return { problem: `did not answer within ${formatDuration(timeoutMs)}` };
      return { problem: unreachable(error).message };
    }
  }

  #destination(url: string, { namespace, isTrusted }: ProviderReach): Destination {
    const { rules } = this.#options;
    return destinationOf(
      url,
      namespace,
      isTrusted ? { ...rules, allowed: [...rules.allowed, ...anythingAt(url)] } : rules,
    );
  }

  async #call(
    request: ProviderRequest,
    to: Reachable,
    tls: SecretValues,
    signal: AbortSignal,
  ): Promise<ProviderAnswer> {
    const addresses = await this.#options.addresses(to, signal);
    if ('refusal' in addresses) return refused(addresses.refusal);
    const { url } = to;
    const headers = { ...(await signedHeaders({ ...request, url: url.href })), 'user-agent': this.#options.userAgent };
    // All waiting is bounded by the signal. A connection serves one question: the next one may lead elsewhere.
    const limits = { connectTimeout: 0, headersTimeout: 0, bodyTimeout: 0 };
    const connect = { lookup: checkedLookup(addresses), ...certificates(tls) };
    const client = new Client(url.origin, { ...limits, allowH2: false, connect });
    try {
      const { method, body } = request;
      const path = `${url.pathname}${url.search}`;
      const answer = await client.request({
        method,
        path,
        headers,
        ...(body !== undefined && { body }),
        reset: true,
        signal,
      });
      const text = await boundedText(answer.body);
      if (text === undefined) return { problem: `gives an answer ${TOO_LONG}` };
      return { status: answer.statusCode, text, ...retryAfterOf(answer.headers) };
    } finally {
      void client.destroy();
    }
  }
}

/**
 * Entries that allow this address, whatever it is. Two labels (`prometheus.monitoring`) are a Service, unless the name ends with
 * a dot, as a whole name does.
 */
function anythingAt(text: string): HookRules['allowed'] {
  const { protocol, hostname } = new URL(text);
  const scheme = protocol === 'https:' ? protocol : 'http:';
  if (/^[^.:]+\.[^.:]+$/.test(hostname)) return [{ kind: 'service', name: '*', namespace: '*' }];
  const host = hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  return [
    { kind: 'service', name: '*', namespace: '*' },
    isIP(host) === 0
      ? { kind: 'host', scheme, host, port: '*' }
      : { kind: 'network', scheme, network: only(host), port: '*' },
  ];
}

function only(address: string): BlockList {
  const list = new BlockList();
  list.addAddress(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  return list;
}

const refused = (refusal: Refusal): ProviderAnswer => ({
  problem: `may not be asked: ${refusalWords(refusal, OF_TEMPLATES)}`,
});

/** Under the names that a Secret of type kubernetes.io/tls has them. */
const certificates = ({ 'tls.crt': cert, 'tls.key': key, 'ca.crt': ca }: SecretValues): object => ({
  ...(cert !== undefined && { cert }),
  ...(key !== undefined && { key }),
  ...(ca !== undefined && { ca }),
});

const retryAfterOf = ({ 'retry-after': after }: Dispatcher.ResponseData['headers']): { retryAfter?: string } =>
  typeof after === 'string' ? { retryAfter: after } : {};
