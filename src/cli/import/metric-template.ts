import { carry } from './carry.ts';
import { isOff } from './conversions.ts';
import { comesOver, fieldsBelow, lost, tableOf, unneeded } from './field-table.ts';
import { labelOf, textAt } from './flagger-object.ts';
import { lossOf, noteOn, type Remark } from './remark.ts';

const ONE_SERVER = 'all releases are measured by one Prometheus, HEADGATE_METRICS_SERVER of the scheduler';

/** Every field of Flagger's MetricTemplate, with what becomes of it. */
export const METRIC_TEMPLATE_FIELDS = fieldsBelow('spec', {
  'provider.type': comesOver({ words: 'only `prometheus`; metrics from elsewhere are left out' }),
  'provider.address': unneeded(`${ONE_SERVER}; see that it has these series`),
  'provider.headers': { ...lost(`${ONE_SERVER}, which is asked without further headers`), isSecret: true },
  'provider.secretRef.name': lost(`${ONE_SERVER}, by one user and password (metricsLogin in the chart)`),
  'provider.region': lost(`${ONE_SERVER}, which has no regions`),
  'provider.insecureSkipVerify': lost('certificates are always checked', isOff),
  query: comesOver({ words: 'written into each metric that refers to it' }),
});

export const METRIC_TEMPLATE_TABLE = tableOf(METRIC_TEMPLATE_FIELDS);

/** What a metric's reference to a MetricTemplate comes to. */
export interface TemplateReference {
  /** The one of the template, by the field that it comes from; none where Prometheus cannot answer it. */
  queries: { key: string; query: string }[];
  remarks: Remark[];
  /** The label of the MetricTemplate that was looked up. */
  templates: string[];
}

/** MetricTemplates of the input, and the namespace of the Canary. */
interface Surroundings {
  templates: readonly unknown[];
  namespace: string | undefined;
}

export function referenceOf(metric: unknown, metricKey: string, around: Surroundings): TemplateReference {
  const name = textAt(metric, 'templateRef', 'name');
  if (name === undefined) return { queries: [], remarks: [], templates: [] };
  const key = `${metricKey}.templateRef`;
  const template = find(around.templates, name, textAt(metric, 'templateRef', 'namespace') ?? around.namespace);
  if (template === undefined) {
    const message = 'is a MetricTemplate that is not in the input: give its file with -f too; the metric is left out';
    return { queries: [], remarks: [lossOf(key, message, name)], templates: [] };
  }
  const templates = [labelOf(template)];
  const provider = textAt(template, 'spec', 'provider', 'type') ?? '';
  if (provider !== 'prometheus') {
    const message = `has no counterpart: it asks ${provider}, and Headgate measures by Prometheus alone; bring the series there, or ask for them in a webhook of type rollout; the metric is left out`;
    return { queries: [], remarks: [lossOf(key, message, name)], templates };
  }
  const remarks = [noteOn(key, `is replaced by the query of MetricTemplate ${labelOf(template)}`, name)];
  if (textAt(metric, 'interval') === undefined) {
    const message = 'is left out, for which Flagger asks for an empty window; Headgate measures over 1m';
    remarks.push(noteOn(`${metricKey}.interval`, message));
  }
  return { queries: [{ key, query: textAt(template, 'spec', 'query') ?? '' }], remarks, templates };
}

/** The one of that name in the namespace; else one that names none, for it may be applied there. */
function find(templates: readonly unknown[], name: string, namespace: string | undefined): unknown {
  const named = templates.filter((template) => (textAt(template, 'metadata', 'name') ?? '') === name);
  const inside = (wanted?: string) => named.find((template) => textAt(template, 'metadata', 'namespace') === wanted);
  return inside(namespace) ?? inside();
}

/** What there is to say of a MetricTemplate of Flagger's; its query goes into the metrics that refer to it. */
export function metricTemplateRemarks(value: Record<string, unknown>, isUsed: boolean): Remark[] {
  const message = isUsed
    ? 'goes into each metric that refers to it; there are no templates'
    : 'goes nowhere: no Canary in the input refers to it';
  return [...carry(METRIC_TEMPLATE_TABLE, value['spec']).remarks, noteOn('spec.query', message)];
}
