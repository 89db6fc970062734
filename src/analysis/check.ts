import type { CheckResult } from '../rollout/machine/observation.ts';
import type { DueCheck } from '../rollout/machine/observation-needs.ts';
import type { MetricTemplateRef } from '../rollout/spec/spec-types.ts';
import { clientsCheck } from './clients-check.ts';
import { MISROUTING_QUERIES } from './misrouting.ts';
import { type QueryTarget, queryOf } from './queries.ts';
import { rolloutCheck } from './rollout-check.ts';
import { checkResultOf, type QueryResult } from './verdict.ts';

/** What a template's provider said. */
export interface TemplateAnswer {
  result: QueryResult;
  /** Who was asked, and by which template. */
  asked: string;
}

/** Who answers the questions of a check. */
export interface Askers {
  /** The metrics server, in PromQL. */
  ask: (query: string) => Promise<QueryResult>;
  askTemplate: (reference: MetricTemplateRef, target: QueryTarget, windowMs: number) => Promise<TemplateAnswer>;
}

/** One check, by as many queries as it needs, put side by side. */
export async function checkOf(due: DueCheck, target: QueryTarget, { ask, askTemplate }: Askers): Promise<CheckResult> {
  const { metric, windowMs, weight, weightMs, rolloutMs } = due;
  if (rolloutMs !== undefined) return rolloutCheck({ ...due, rolloutMs }, target, ask);
  const { source } = metric;
  if ('template' in source) {
    const { result, asked } = await askTemplate(source.template, target, windowMs);
    const check = checkResultOf(metric, result);
    return { ...check, message: `${check.message} (${asked})` };
  }
  const query = queryOf(source, target, windowMs);
  if (!('builtin' in source) || source.builtin !== 'request-success-rate')
    return checkResultOf(metric, await ask(query));
  const window = { windowMs, agoMs: Math.max(windowMs, weightMs) };
  const [rate, stable, mesh, gateway] = await Promise.all([
    ask(query),
    ask(MISROUTING_QUERIES.stable(target, window, weight)),
    ask(MISROUTING_QUERIES.mesh(target, window)),
    ask(MISROUTING_QUERIES.gateway(target, window)),
  ]);
  return clientsCheck({ metric, target, weight }, { rate, stable, mesh, gateway });
}
