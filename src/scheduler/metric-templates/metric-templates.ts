import type { TemplateAnswer } from '../../analysis/check.ts';
import type { Prometheus } from '../../analysis/prometheus.ts';
import type { ProviderAnswer, ProviderClient } from '../../analysis/provider-client.ts';
import type { ProviderRequest } from '../../analysis/providers/provider.ts';
import { PROVIDERS_BY_TYPE } from '../../analysis/providers/providers.ts';
import { refusalOf } from '../../analysis/providers/refusal.ts';
import type { QueryTarget } from '../../analysis/queries.ts';
import { questionOf } from '../../analysis/template-question.ts';
import type { QueryResult } from '../../analysis/verdict.ts';
import type { KubeClient } from '../../cluster/client.ts';
import { KubeError } from '../../cluster/errors.ts';
import type { MetricTemplateSpec } from '../../rollout/spec/schema/metric-template.ts';
import type { MetricTemplateRef } from '../../rollout/spec/spec-types.ts';
import { masker } from '../../rollout/spec/wording/masked.ts';
import { findTemplate, type TemplateLookup } from './template-lookup.ts';

export interface MetricTemplatesOptions {
  client: Pick<KubeClient, 'find' | 'getAnswer'>;
  /** Where Headgate itself runs: templates there may ask anybody, as ClusterMetricTemplates may. */
  namespace: string;
  providers: Pick<ProviderClient, 'send'>;
  /** Who is asked where a template for Prometheus has no address. */
  prometheus: Pick<Prometheus, 'query'>;
  clock?: () => number;
}

/** A template with its Secret, and what is asked of it. */
interface Question {
  lookup: Exclude<TemplateLookup, { problem: string }>;
  request: ProviderRequest;
}

/** How long a template and its Secret are used before they are read again. */
const FRESH_MS = 10_000;
const MOST_CACHED = 1_000;

/** Measures by MetricTemplates: reads them with their Secrets, and asks their providers. */
export class MetricTemplates {
  readonly #options: MetricTemplatesOptions;
  readonly #clock: () => number;
  readonly #cache = new Map<string, { found: Promise<TemplateLookup>; until: number }>();

  constructor(options: MetricTemplatesOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
  }

  /** Never throws: what goes wrong is an answer of kind `error`. No answer shows what is in a Secret. */
  async ask(reference: MetricTemplateRef, target: QueryTarget, windowMs: number): Promise<TemplateAnswer> {
    const label = labelOf(reference, target.namespace);
    const lookup = await this.#find(reference, target.namespace).catch(unreadable);
    if ('problem' in lookup) return { result: { kind: 'error', message: lookup.problem }, asked: `by ${label}` };
    const facts = { target, variables: reference.variables, windowMs, now: this.#clock() };
    const request = questionOf(lookup.template, facts, lookup.secret);
    const result: QueryResult =
      'problem' in request ? { kind: 'error', message: request.problem } : await this.#answer({ lookup, request });
    const { type } = lookup.template.provider;
    return { result: maskedResult(result, Object.values(lookup.secret)), asked: `${type}, by ${label}` };
  }

  async #find(reference: MetricTemplateRef, home: string): Promise<TemplateLookup> {
    const key = `${home} ${labelOf(reference, home)}`;
    const cached = this.#cache.get(key);
    if (cached !== undefined && cached.until > this.#clock()) return cached.found;
    if (this.#cache.size >= MOST_CACHED) this.#cache.clear();
    const found = findTemplate(reference, home, this.#options);
    this.#cache.set(key, { found, until: this.#clock() + FRESH_MS });
    // What is missing may be there in a moment.
    const forget = () => this.#cache.delete(key);
    found.then((lookup) => 'problem' in lookup && forget(), forget);
    return found;
  }

  #answer(question: Question): Promise<QueryResult> {
    const { template } = question.lookup;
    const { type, address } = template.provider;
    if (type === 'prometheus' && address === undefined)
      return this.#options.prometheus.query(queryIn(question.request));
    return this.#sent(question).then((answer) => resultOf(answer, template));
  }

  async #sent({ lookup, request }: Question): Promise<ProviderAnswer> {
    const { namespace, secret, template } = lookup;
    const { type, address } = template.provider;
    if (type === 'externalmetrics') return this.#ofCluster(request.url);
    const isTrusted = namespace === this.#options.namespace || address === undefined;
    return this.#options.providers.send(request, { namespace, isTrusted }, secret);
  }

  async #ofCluster(path: string): Promise<ProviderAnswer> {
    try {
      return { status: 200, text: JSON.stringify(await this.#options.client.getAnswer(path, 'externalmetrics')) };
    } catch (error) {
      if (error instanceof KubeError && error.status > 0) return { status: error.status, text: error.message };
      return { problem: 'cannot be reached: the API server does not answer' };
    }
  }
}

const queryIn = ({ body }: ProviderRequest): string => new URLSearchParams(body).get('query') ?? '';

function resultOf(answer: ProviderAnswer, template: MetricTemplateSpec): QueryResult {
  const { type } = template.provider;
  if ('problem' in answer) return { kind: 'error', message: `${type} ${answer.problem}` };
  const { status, text, retryAfter } = answer;
  if (status !== 200) return { kind: 'error', message: `${type} ${refusalOf(status, text, retryAfter)}` };
  return PROVIDERS_BY_TYPE[type].read(text, template);
}

function maskedResult(result: QueryResult, secrets: readonly string[]): QueryResult {
  return result.kind === 'error' ? { kind: 'error', message: masker(secrets)(result.message) } : result;
}

const labelOf = ({ kind, name, namespace }: MetricTemplateRef, home: string): string =>
  kind === 'ClusterMetricTemplate' ? `${kind} ${name}` : `${kind} ${namespace ?? home}/${name}`;

const unreadable = (error: unknown): TemplateLookup => ({
  problem: `its template cannot be read: ${error instanceof KubeError && error.status > 0 ? `the API server answers with ${error.status}` : 'the API server does not answer'}`,
});
