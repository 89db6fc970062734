import { BODY, LANGUAGES } from '../rollout/spec/metric-templates/language.ts';
import { languageOf } from '../rollout/spec/metric-templates/metric-providers.ts';
import { withVariables } from '../rollout/spec/metric-templates/quoted-variables.ts';
import type { MetricTemplateSpec } from '../rollout/spec/schema/metric-template.ts';
import type { Asked, ProviderRequest, SecretValues } from './providers/provider.ts';
import { PROVIDERS_BY_TYPE } from './providers/providers.ts';
import type { QueryTarget } from './queries.ts';

/** What a template's variables stand for, and the time that is measured. */
export interface TemplateFacts {
  target: QueryTarget;
  /** The metric's own. */
  variables: Readonly<Record<string, string>>;
  windowMs: number;
  /** Milliseconds since the epoch. */
  now: number;
}

/** The request by which a template is asked about a canary; or what keeps it from being asked. */
export function questionOf(
  template: MetricTemplateSpec,
  facts: TemplateFacts,
  secret: SecretValues,
): ProviderRequest | { problem: string } {
  const texts = rendered(template, facts);
  if ('problem' in texts) return texts;
  const { now, windowMs } = facts;
  const { namespace } = facts.target;
  const asked: Asked = { ...texts, from: now - windowMs, to: now, template, secret, namespace };
  const request = PROVIDERS_BY_TYPE[template.provider.type].request(asked);
  if ('problem' in request) return request;
  const headers = ownHeaders(template, secret);
  return 'problem' in headers ? headers : { ...request, headers: { ...request.headers, ...headers.headers } };
}

function rendered(
  template: MetricTemplateSpec,
  facts: TemplateFacts,
): { query: string; body?: string } | { problem: string } {
  const language = LANGUAGES[languageOf(template.provider)];
  const query = withVariables(template.query, valuesOf(facts, language.interval(facts.windowMs)), language);
  if ('problem' in query) return query;
  const { body: wanted } = template.http ?? {};
  if (wanted === undefined) return { query: query.text };
  const body = withVariables(wanted, valuesOf(facts, BODY.interval(facts.windowMs)), BODY);
  return 'problem' in body ? body : { query: query.text, body: body.text };
}

function valuesOf({ target, variables }: TemplateFacts, interval: string): Map<string, string> {
  const { namespace, workloads, services } = target;
  const own = Object.entries(variables).map(([name, value]): [string, string] => [`variables.${name}`, value]);
  const names = { namespace, target: workloads.stable, canary: workloads.canary, service: services.stable };
  return new Map([...own, ...Object.entries(names), ['interval', interval]]);
}

/** Headers that the template has, and those whose values its Secret has. */
function ownHeaders(
  { provider }: MetricTemplateSpec,
  secret: SecretValues,
): { headers: Record<string, string> } | { problem: string } {
  const { headers = {}, secretHeaders = {} } = provider;
  const missing = Object.values(secretHeaders).find((key) => secret[key] === undefined);
  if (missing !== undefined) return { problem: `its Secret has no key ${missing}` };
  const secrets = Object.entries(secretHeaders).map(([name, key]): [string, string] => [name, secret[key] ?? '']);
  const all = { ...headers, ...Object.fromEntries(secrets) };
  return { headers: Object.fromEntries(Object.entries(all).map(([name, value]) => [name.toLowerCase(), value])) };
}
