import { isRecord, valueAt } from '../../rollout/spec/rules/findings.ts';
import { distinctNames } from './entries.ts';
import type { FlaggerCanary } from './flagger-object.ts';
import { noteOn, problemOn, type Remark } from './remark.ts';
import { weightPlanOf } from './weights.ts';

type Analysis = Record<string, unknown>;

export interface CompletedAnalysis {
  /** What stands in `spec` of Headgate's Canary because of the analysis. */
  spec: { analysis?: Analysis; skipAnalysis?: true };
  remarks: Remark[];
}

/**
 * The analysis with what its fields say only together, and with what Flagger takes where nothing is written and Headgate
 * takes something else. `carried` is what the table has carried over of it, with the metrics; the rest are named lists.
 */
export function completeAnalysis(carried: Analysis, { spec }: FlaggerCanary): CompletedAnalysis {
  const before = spec['analysis'];
  if (!isRecord(before)) {
    const message = 'is left out, for which Flagger promotes at once: skipAnalysis: true is written';
    return { spec: { skipAnalysis: true }, remarks: [noteOn('spec.analysis', message)] };
  }
  const plan = weightPlanOf(before);
  const { interval, threshold = 1, metrics, ...lists } = carried;
  const analysis: Analysis = { ...(interval !== undefined && { interval }), threshold, ...plan.weights, metrics };
  const remarks = [...plan.remarks, ...leftOut(before)];
  for (const [name, entries] of Object.entries(lists)) {
    const named = distinctNames(Array.isArray(entries) ? entries : [], (index) => `spec.analysis.${name}[${index}]`);
    analysis[name] = named.entries;
    remarks.push(...named.remarks);
  }
  return { spec: { analysis }, remarks };
}

const LEFT_OUT = {
  threshold: 'is left out, which is 1 in Flagger and 5 in Headgate: 1 is written',
  metrics: 'is left out, for which Flagger measures nothing: an empty list is written',
};

const leftOut = (before: Analysis): Remark[] =>
  Object.entries(LEFT_OUT).flatMap(([name, message]) =>
    before[name] === undefined ? [noteOn(`spec.analysis.${name}`, message)] : [],
  );

/** Why nothing can be made of a Canary at all, and what to do; undefined where something can. */
export function hindranceOf({ spec }: FlaggerCanary): Remark | undefined {
  const kind = valueAt(spec, ['targetRef', 'kind']);
  if (kind !== undefined && kind !== 'Deployment') {
    const message =
      'cannot be held, so nothing is made of this Canary: leave it with Flagger, or run it as a Deployment';
    return problemOn('spec.targetRef.kind', message, kind);
  }
  const { analysis, skipAnalysis } = spec;
  const isSkipped = skipAnalysis === true || !isRecord(analysis);
  return isSkipped || weightPlanOf(analysis).weights !== undefined ? undefined : withoutWeights(analysis);
}

function withoutWeights({ iterations, stepWeight }: Analysis): Remark {
  const advice = 'write stepWeight: 10 and maxWeight: 50, or what suits it, and import it again';
  if (iterations) {
    const message = `is all there is to go by here, so nothing is made of this Canary: ${advice}`;
    return problemOn('spec.analysis.iterations', message, iterations);
  }
  const message = `is missing, so nothing is made of this Canary, which would never end in Flagger either: ${advice}`;
  return problemOn('spec.analysis.stepWeight', message, stepWeight);
}
