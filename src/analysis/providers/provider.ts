import type { MetricTemplateSpec } from '../../rollout/spec/schema/metric-template.ts';
import type { QueryResult } from '../verdict.ts';

/** What a template's Secret has, by its keys. Never logged, and in no message. */
export type SecretValues = Readonly<Record<string, string>>;

/** One question to a provider, with its variables replaced. */
export interface Asked {
  query: string;
  /** Of an `http` template. */
  body?: string;
  /** Begin and end of the time that is measured, in milliseconds since the epoch. */
  from: number;
  to: number;
  template: MetricTemplateSpec;
  secret: SecretValues;
  /** Of the canary. */
  namespace: string;
}

/** Who signs a request, just before it is sent. */
export type Signing =
  | { by: 'aws'; service: string; region: string; accessKeyId: string; secretAccessKey: string; sessionToken?: string }
  | { by: 'google'; audience: string; email: string; keyId?: string; privateKey: string };

/** An HTTP request as data. */
export interface ProviderRequest {
  method: 'GET' | 'POST';
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
  signing?: Signing;
}

/** The request, or what the template or its Secret lacks for it. */
export type Requested = ProviderRequest | { problem: string };

/** Who is asked for metrics: how a question is put, and how a good answer is read. */
export interface MetricProvider {
  request: (asked: Asked) => Requested;
  /** @param text the body of an answer with status 200 */
  read: (text: string, template: MetricTemplateSpec) => QueryResult;
}

/** A template without an address, for a provider that has a usual one. */
export const addressOf = ({ provider }: MetricTemplateSpec, usual = ''): string => {
  const address = provider.address ?? usual;
  return address.endsWith('/') ? address.slice(0, -1) : address;
};

/** Parameters of an address, or a form as it is posted. */
export const formText = (fields: Readonly<Record<string, string>>): string => new URLSearchParams(fields).toString();

/** An address with parameters. */
export const withParameters = (address: string, parameters: Readonly<Record<string, string>>): string =>
  `${address}?${formText(parameters)}`;

export const FORM = { 'content-type': 'application/x-www-form-urlencoded' } as const;
export const JSON_BODY = { 'content-type': 'application/json' } as const;

export const lacks = (...keys: readonly string[]): { problem: string } => ({
  problem: `its Secret has no key ${keys.join(' or ')}`,
});

/** User and password, or a token, as a Secret has them; nothing where it has neither. */
export function authorization({ username, password, token }: SecretValues): Record<string, string> {
  if (token !== undefined) return { authorization: `Bearer ${token}` };
  if (username === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}` };
}
