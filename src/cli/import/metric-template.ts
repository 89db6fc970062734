import { API_VERSION } from '../../rollout/keys.ts';
import { metricTemplateProblems } from '../../rollout/spec/schema/metric-template.ts';
import type { Made } from './canary.ts';
import { carry } from './carry.ts';
import { elsewhere, isOff } from './conversions.ts';
import { comesOver, fieldsBelow, lost, tableOf } from './field-table.ts';
import { labelOf, textAt } from './flagger-object.ts';
import { metadataOf } from './metadata.ts';
import { lossOf, noteOn, problemOn, type Remark } from './remark.ts';
import {
  convertAddress,
  convertRegion,
  convertType,
  headgatesType,
  isInlined,
  leftToItsUser,
  providerTypeOf,
} from './template-provider.ts';
import { turnTemplateQuery } from './template-query.ts';

/** Every field of Flagger's MetricTemplate, with what becomes of it. */
export const METRIC_TEMPLATE_FIELDS = fieldsBelow('spec', {
  'provider.type': comesOver({
    convert: convertType,
    words: '`stackdriver` is `googlecloudmonitoring`, `splunk` is `signalflow`; there is no `keptn`',
  }),
  'provider.address': comesOver({
    convert: convertAddress,
    words: 'of a Prometheus without a Secret it is not needed: HEADGATE_METRICS_SERVER is asked',
  }),
  'provider.headers': {
    ...lost("a header's value may be a secret: put it into the Secret, and name its key in provider.secretHeaders"),
    isSecret: true,
  },
  'provider.secretRef.name': comesOver({ words: 'the keys are the same, but for `newrelic` and `cloudwatch`' }),
  'provider.region': comesOver({ convert: convertRegion, words: 'for `cloudwatch`' }),
  'provider.insecureSkipVerify': lost(
    'certificates are always checked; put the authority into the Secret, under ca.crt',
    isOff,
  ),
  query: comesOver({
    convert: elsewhere,
    words: 'with `{{ canary }}` for the workload under test; of a Prometheus without a Secret it goes into each metric',
  }),
});

export const METRIC_TEMPLATE_TABLE = tableOf(METRIC_TEMPLATE_FIELDS);

/** What a metric's reference to a MetricTemplate comes to. */
export interface TemplateReference {
  /** The one of the template, by the field that it comes from, where it goes into the metric itself. */
  queries: { key: string; query: string }[];
  /** What the metric refers to, where the template comes over. */
  reference?: { name: string; namespace?: string };
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
  if (!isInlined(valueOf(template))) return kept(metric, { key, name, template });
  const remarks = [noteOn(key, `is replaced by the query of MetricTemplate ${labelOf(template)}`, name)];
  if (textAt(metric, 'interval') === undefined) {
    const message = 'is left out, for which Flagger asks for an empty window; Headgate measures over 1m';
    remarks.push(noteOn(`${metricKey}.interval`, message));
  }
  return { queries: [{ key, query: textAt(template, 'spec', 'query') ?? '' }], remarks, templates };
}

const valueOf = (template: unknown): unknown => (template as Record<string, unknown>)['spec'];

/** A reference to a template that comes over as an object of its own. */
function kept(
  metric: unknown,
  { key, name, template }: { key: string; name: string; template: unknown },
): TemplateReference {
  const templates = [labelOf(template)];
  const type = providerTypeOf(template);
  if (headgatesType(type) === undefined) {
    const message = `has no counterpart: it asks ${type}, which Headgate does not; ask in a webhook of type rollout; the metric is left out`;
    return { queries: [], remarks: [lossOf(key, message, name)], templates };
  }
  const namespace = textAt(metric, 'templateRef', 'namespace');
  return { queries: [], reference: { name, ...(namespace !== undefined && { namespace }) }, remarks: [], templates };
}

/** The one of that name in the namespace; else one that names none, for it may be applied there. */
function find(templates: readonly unknown[], name: string, namespace: string | undefined): unknown {
  const named = templates.filter((template) => (textAt(template, 'metadata', 'name') ?? '') === name);
  const inside = (wanted?: string) => named.find((template) => textAt(template, 'metadata', 'namespace') === wanted);
  return inside(namespace) ?? inside();
}

/** A MetricTemplate of Flagger's: one of Headgate's, or none where its query goes into the metrics that refer to it. */
export function translateMetricTemplate(
  value: Record<string, unknown>,
  isUsed: boolean,
): { made?: Made; remarks: Remark[] } {
  const { spec: carried, remarks } = carry(METRIC_TEMPLATE_TABLE, value['spec']);
  if (isInlined(value['spec'])) {
    const message = isUsed
      ? 'goes into each metric that refers to it'
      : 'goes nowhere: no Canary in the input refers to it';
    return { remarks: [...remarks, noteOn('spec.query', message)] };
  }
  const type = providerTypeOf(value);
  if (headgatesType(type) === undefined) return { remarks };
  const { query, notes, problems } = turnTemplateQuery(textAt(value, 'spec', 'query') ?? '', type);
  const spec = { ...carried, query };
  const left = leftToItsUser(type);
  return {
    made: { apiVersion: API_VERSION, kind: 'MetricTemplate', metadata: metadataOf(value), spec },
    remarks: [
      ...remarks,
      ...notes.map((message) => noteOn('spec.query', message)),
      ...problems.map((message) => problemOn('spec.query', message)),
      ...(left === undefined ? [] : [lossOf('spec.provider.type', left, type)]),
      ...metricTemplateProblems(spec).map(({ key, message }) => problemOn(key, message)),
    ],
  };
}
