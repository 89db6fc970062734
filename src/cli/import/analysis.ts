import { isRecord } from '../../rollout/spec/rules/findings.ts';
import { distinctNames } from './distinct-names.ts';
import type { FlaggerCanary } from './flagger-canary.ts';
import type { Remark } from './remark.ts';
import { planOf } from './weights.ts';

type Analysis = Record<string, unknown>;

export interface Completed {
  /** What stands in `spec` of Headgate's Canary because of the analysis. */
  spec: { analysis?: Analysis; skipAnalysis?: true };
  remarks: Remark[];
}

/**
 * The analysis with what its fields say only together, and with what Flagger takes where nothing is written and Headgate
 * takes something else. `carried` is what the table has carried over of it, with the metrics; the rest are named lists.
 */
export function completeAnalysis(carried: Analysis, { spec }: FlaggerCanary): Completed {
  const written = spec['analysis'];
  if (!isRecord(written)) {
    const message = 'is left out, for which Flagger promotes at once: skipAnalysis: true is written';
    return { spec: { skipAnalysis: true }, remarks: [{ kind: 'note', key: 'spec.analysis', message }] };
  }
  const plan = planOf(written);
  const { interval, threshold = 1, metrics, ...lists } = carried;
  const analysis: Analysis = { ...(interval !== undefined && { interval }), threshold, ...plan.weights, metrics };
  const remarks = [...plan.remarks, ...leftOut(written)];
  for (const [name, entries] of Object.entries(lists)) {
    const named = distinctNames(Array.isArray(entries) ? entries : [], (index) => `spec.analysis.${name}[${index}]`);
    analysis[name] = named.entries;
    remarks.push(...named.remarks);
  }
  return { spec: { analysis }, remarks };
}

function leftOut({ threshold, metrics }: Analysis): Remark[] {
  const remarks: Remark[] = [];
  const note = (key: string, message: string) => remarks.push({ kind: 'note', key: `spec.analysis.${key}`, message });
  if (threshold === undefined) note('threshold', 'is left out, which is 1 in Flagger and 5 in Headgate: 1 is written');
  if (metrics === undefined)
    note('metrics', 'is left out, for which Flagger measures nothing: an empty list is written');
  return remarks;
}
