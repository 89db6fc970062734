import { carry } from './carry.ts';
import { METRIC_TEMPLATE_TABLE } from './fields/metric-template.ts';
import type { Remark } from './remark.ts';

/** What there is to say of a MetricTemplate of Flagger's; its query goes into the metrics that refer to it. */
export function metricTemplateRemarks(value: Record<string, unknown>, isUsed: boolean): Remark[] {
  const { remarks } = carry(METRIC_TEMPLATE_TABLE, value['spec'], { target: '' });
  const message = isUsed
    ? 'goes into each metric that refers to it; there are no templates'
    : 'goes nowhere: no Canary in the input refers to it';
  return [...remarks, { kind: 'note', key: 'spec.query', message }];
}
