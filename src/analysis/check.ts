import type { CheckResult } from '../rollout/machine/observation.ts';
import type { DueCheck } from '../rollout/machine/observation-needs.ts';
import { clientsCheck } from './clients-check.ts';
import { MISROUTING_QUERIES } from './misrouting.ts';
import { type QueryTarget, queryOf } from './queries.ts';
import { rolloutCheck } from './rollout-check.ts';
import { checkResultOf, type QueryResult } from './verdict.ts';

/** One check, by as many queries as it needs, put side by side. */
export async function checkOf(
  due: DueCheck,
  target: QueryTarget,
  ask: (query: string) => Promise<QueryResult>,
): Promise<CheckResult> {
  const { metric, windowMs, weight, weightMs, rolloutMs } = due;
  if (rolloutMs !== undefined) return rolloutCheck({ ...due, rolloutMs }, target, ask);
  const query = queryOf(metric, target, windowMs);
  if (!('builtin' in metric.source) || metric.source.builtin !== 'request-success-rate')
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
