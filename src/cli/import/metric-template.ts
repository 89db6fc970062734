import type { SourceObject } from '../documents.ts';
import { carry } from './carry.ts';
import { isOff } from './conversions.ts';
import { comesOver, fieldsBelow, lost, tableOf, unneeded } from './field-table.ts';
import { labelOf, textAt } from './flagger-object.ts';
import { noteOn, type Remark } from './remark.ts';

const ONE_SERVER = 'all releases are measured by one Prometheus, HEADGATE_METRICS_SERVER of the scheduler';

/** Every field of Flagger's MetricTemplate, with what becomes of it. */
export const METRIC_TEMPLATE_FIELDS = fieldsBelow('spec', {
  'provider.type': comesOver({ words: 'only `prometheus`; metrics from elsewhere are left out' }),
  'provider.address': unneeded(`${ONE_SERVER}; see that it has these series`),
  'provider.headers': { ...lost(`${ONE_SERVER}, which is asked without further headers`), isSecret: true },
  'provider.secretRef.name': lost(`${ONE_SERVER}, which is asked without credentials`),
  'provider.region': lost(`${ONE_SERVER}, which has no regions`),
  'provider.insecureSkipVerify': lost('certificates are always checked', isOff),
  query: comesOver({ words: 'written into each metric that refers to it' }),
});

export const METRIC_TEMPLATE_TABLE = tableOf(METRIC_TEMPLATE_FIELDS);

/** A MetricTemplate of the input. */
export interface MetricTemplate {
  /** `namespace/name`, as far as it says. */
  label: string;
  name: string;
  namespace: string | undefined;
  provider: string;
  query: string;
}

export const metricTemplateOf = ({ value }: SourceObject): MetricTemplate => ({
  label: labelOf(value),
  name: textAt(value, 'metadata', 'name') ?? '',
  namespace: textAt(value, 'metadata', 'namespace'),
  provider: textAt(value, 'spec', 'provider', 'type') ?? '',
  query: textAt(value, 'spec', 'query') ?? '',
});

/** The one of that name in the namespace; else one that names none, for it may be applied there. */
export function findTemplate(
  templates: readonly MetricTemplate[],
  name: string,
  namespace?: string,
): MetricTemplate | undefined {
  const named = templates.filter((template) => template.name === name);
  return (
    named.find((template) => template.namespace === namespace) ??
    named.find((template) => template.namespace === undefined)
  );
}

/** What there is to say of a MetricTemplate of Flagger's; its query goes into the metrics that refer to it. */
export function metricTemplateRemarks(value: Record<string, unknown>, isUsed: boolean): Remark[] {
  const message = isUsed
    ? 'goes into each metric that refers to it; there are no templates'
    : 'goes nowhere: no Canary in the input refers to it';
  return [...carry(METRIC_TEMPLATE_TABLE, value['spec']).remarks, noteOn('spec.query', message)];
}
