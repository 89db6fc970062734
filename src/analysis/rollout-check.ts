import type { CheckResult } from '../rollout/machine/observation.ts';
import type { DueCheck } from '../rollout/machine/observation-needs.ts';
import { type QueryTarget, stableQueryOf } from './queries.ts';
import { checkResultOf, type QueryResult } from './verdict.ts';

/**
 * The check of what the Deployment's clients got since it began to roll out. Its figures are those of old pods and new ones
 * together, so that they say something of the new only where the old alone were within the bounds, just before.
 */
export async function rolloutCheck(
  { metric, windowMs, rolloutMs }: DueCheck & { rolloutMs: number },
  target: QueryTarget,
  ask: (query: string) => Promise<QueryResult>,
): Promise<CheckResult> {
  const window = Math.min(windowMs, rolloutMs);
  const [now, before] = await Promise.all(
    [0, rolloutMs].map((agoMs) => ask(stableQueryOf(target, { windowMs: window, agoMs }))),
  );
  const named = { ...metric, name: `${metric.name} of the Deployment` };
  const check = (answer: QueryResult = { kind: 'none' }): CheckResult => checkResultOf(named, answer);
  return { ...judged(check(now), check(before)), metric: metric.name, of: 'Deployment' };
}

/** Only what was good, and is not any more, is held against the new pods. */
function judged(check: CheckResult, before: CheckResult): CheckResult {
  if (check.verdict !== 'fail' || before.verdict === 'pass') return check;
  const message = `${check.message}; before the roll-out: ${before.message}`;
  return { ...check, verdict: 'inconclusive', message };
}
