import type { ProviderRequest, SecretValues } from '../../../src/analysis/providers/provider.ts';
import { PROVIDERS_BY_TYPE } from '../../../src/analysis/providers/providers.ts';
import { questionOf } from '../../../src/analysis/template-question.ts';
import type { QueryResult } from '../../../src/analysis/verdict.ts';
import { readMetricTemplate } from '../../../src/rollout/spec/schema/metric-template.ts';
import { target } from '../target.ts';

export const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const MINUTE = 60_000;

/** A template as a person writes it. @throws Error where it is none */
export function templateOf(spec: object) {
  const reading = readMetricTemplate(spec);
  if (!reading.ok) throw new Error(reading.message);
  return reading.value;
}

/** What a template is asked by, over the minute before NOW. */
export const asked = (spec: object, secret: SecretValues = {}, variables: Record<string, string> = {}) =>
  questionOf(templateOf(spec), { target, variables, windowMs: MINUTE, now: NOW }, secret);

/** The same of one that can be asked. */
export function requested(...question: Parameters<typeof asked>): ProviderRequest {
  const request = asked(...question);
  if ('problem' in request) throw new Error(request.problem);
  return request;
}

/** What a provider makes of the body of an answer. */
export function read(spec: object, answer: unknown): QueryResult {
  const template = templateOf(spec);
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
  return PROVIDERS_BY_TYPE[template.provider.type].read(text, template);
}

export const parametersOf = ({ url }: ProviderRequest): Record<string, string> =>
  Object.fromEntries(new URL(url).searchParams);

export const formOf = ({ body }: ProviderRequest): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(body));

export const SEVERAL_SERIES = { kind: 'error', message: /more than one series/ } as const;
export const NO_NUMBER = { kind: 'error', message: /no number/ } as const;
export const NAN = { kind: 'none', nan: true } as const;
export const value = (number: number) => ({ kind: 'value', value: number }) as const;
