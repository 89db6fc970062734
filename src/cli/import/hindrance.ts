import { isRecord, valueAt } from '../../rollout/spec/rules/findings.ts';
import type { FlaggerCanary } from './flagger-canary.ts';
import type { Remark } from './remark.ts';
import { planOf } from './weights.ts';

/** Why nothing can be made of a Canary at all, and what to do; undefined where something can. */
export function hindranceOf({ spec }: FlaggerCanary): Remark | undefined {
  const kind = valueAt(spec, ['targetRef', 'kind']);
  if (kind !== undefined && kind !== 'Deployment') {
    return problem(
      'spec.targetRef.kind',
      kind,
      'cannot be held, so nothing is made of this Canary: leave it with Flagger, or run it as a Deployment',
    );
  }
  const analysis = valueAt(spec, ['analysis']);
  const isSkipped = valueAt(spec, ['skipAnalysis']) === true || !isRecord(analysis);
  return isSkipped || planOf(analysis).weights !== undefined ? undefined : withoutWeights(analysis);
}

function withoutWeights({ iterations, stepWeight }: Record<string, unknown>): Remark {
  const advice = 'write stepWeight: 10 and maxWeight: 50, or what suits it, and import it again';
  if (iterations) {
    const message = `is all there is to go by here, so nothing is made of this Canary: ${advice}`;
    return problem('spec.analysis.iterations', iterations, message);
  }
  const message = `is missing, so nothing is made of this Canary, which would never end in Flagger either: ${advice}`;
  return problem('spec.analysis.stepWeight', stepWeight, message);
}

const problem = (key: string, value: unknown, message: string): Remark => ({ kind: 'problem', key, value, message });
