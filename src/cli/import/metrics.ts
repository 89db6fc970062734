import { BUILTIN_NAMES, builtinOf } from '../../rollout/spec/builtin-metrics.ts';
import { isRecord } from '../../rollout/spec/rules/findings.ts';
import type { BuiltinMetric } from '../../rollout/spec/spec-types.ts';
import { nearest } from '../../rollout/spec/wording/suggest.ts';
import { distinctNames } from './entries.ts';
import { entriesAt, type FlaggerCanary, textAt, textsAt } from './flagger-object.ts';
import { findTemplate, type MetricTemplate } from './metric-template.ts';
import { translateQuery } from './query.ts';
import { lossOf, noteOn, problemOn, type Remark } from './remark.ts';

type Metric = Record<string, unknown>;

export interface Measures {
  metrics: unknown[];
  /** For each metric, the index of the one of Flagger's that it comes from. */
  sources: number[];
  remarks: Remark[];
  /** Labels of the MetricTemplates that were looked up. */
  templates: string[];
}

/** The metrics of the analysis, out of what the table has carried over of each, with queries that measure the canary. */
export function measuresOf(
  carried: readonly unknown[],
  canary: FlaggerCanary,
  templates: readonly MetricTemplate[],
): Measures {
  const before = entriesAt(canary.spec, 'analysis', 'metrics');
  const parts = carried.map((entry, index) => {
    if (!isRecord(entry)) return { metrics: [], remarks: [], templates: [] };
    const key = keyOf(index);
    return measured(entry, key, queriesOf(before[index], key, { templates, namespace: canary.namespace }), canary);
  });
  const sources = parts.flatMap(({ metrics }, index) => metrics.map(() => index));
  const named = distinctNames(
    parts.flatMap(({ metrics }) => metrics),
    (index) => keyOf(sources[index] ?? index),
  );
  return {
    metrics: named.entries,
    sources,
    remarks: [...parts.flatMap(({ remarks }) => remarks), ...named.remarks],
    templates: parts.flatMap((part) => part.templates),
  };
}

const keyOf = (index: number): string => `spec.analysis.metrics[${index}]`;

type Part = Pick<Measures, 'remarks' | 'templates'> & { metrics: Metric[] };

/** What Flagger measures under one name: it may be a measure of its own, a query and a template at the same time. */
function measured(carried: Metric, key: string, queries: MetricQueries, canary: FlaggerCanary): Part {
  const { query: _, ...metric } = carried;
  const name = textAt(metric, 'name') ?? '';
  const builtin = builtinOf(name);
  if (builtin === undefined && queries.sources.length === 0 && queries.remarks.length === 0) {
    return { metrics: [], remarks: [nothing(name, key)], templates: [] };
  }
  const { bounded, remarks } = boundOf(metric, key, builtin);
  // A measure of Headgate's own has its name to itself.
  const own = builtin === undefined ? name : `${name}-query`;
  const found: Metric[] = builtin === undefined ? [] : [{ ...bounded, name: builtin }];
  remarks.push(...queries.remarks);
  for (const source of queries.sources) {
    const { query, notes, problems } = translateQuery(source.query, { ...canary, variables: source.variables });
    const fate = query === undefined ? '; the metric is left out' : '';
    remarks.push(...notes.map((message) => noteOn(source.key, message)));
    remarks.push(...problems.map((problem) => problemOn(source.key, problem + fate)));
    if (query !== undefined) found.push({ ...bounded, name: own, query });
  }
  return { metrics: found, remarks, templates: queries.templates };
}

function nothing(name: string, key: string): Remark {
  const meant = nearest(name, BUILTIN_NAMES);
  const advice = meant === undefined ? 'give it a query, or drop it' : `did you mean ${meant}?`;
  const message = `is measured by nothing, in Flagger too, for it is no metric of its own and has no query; it is left out; ${advice}`;
  return problemOn(`${key}.name`, message, name);
}

/** A metric with the bound that Flagger goes by: the range, else the threshold, else zero. */
function boundOf(metric: Metric, key: string, builtin?: BuiltinMetric): { bounded: Metric; remarks: Remark[] } {
  const { threshold, ...rest } = metric;
  if (metric['thresholdRange'] !== undefined) {
    const message = 'is not looked at by Flagger beside thresholdRange, and is left out';
    return { bounded: rest, remarks: threshold === undefined ? [] : [noteOn(`${key}.threshold`, message, threshold)] };
  }
  // A duration of at most zero is refused by Headgate's own check, which says what to write.
  if (threshold !== undefined || builtin === 'request-duration') return { bounded: metric, remarks: [] };
  const message = 'is left out, which is 0 in Flagger: 0 is written; see which bound is meant';
  return { bounded: { ...metric, threshold: 0 }, remarks: [noteOn(`${key}.threshold`, message)] };
}

/** The queries of one metric of Flagger's. */
interface MetricQueries {
  /** Each as Flagger has it, with the field that it comes from. */
  sources: { key: string; query: string; variables: Record<string, string> }[];
  remarks: Remark[];
  /** Labels of the MetricTemplates that were looked up. */
  templates: string[];
}

/** Its own, and that of the template that it refers to, which is looked for in the namespace of the Canary. */
function queriesOf(
  metric: unknown,
  key: string,
  beside: { templates: readonly MetricTemplate[]; namespace: string | undefined },
): MetricQueries {
  const query = textAt(metric, 'query') ?? '';
  const variables = textsAt(metric, 'templateVariables');
  const own = query === '' ? [] : [{ key: `${key}.query`, query, variables }];
  const name = textAt(metric, 'templateRef', 'name');
  if (name === undefined) return { sources: own, remarks: [], templates: [] };
  const at = `${key}.templateRef`;
  const template = findTemplate(beside.templates, name, textAt(metric, 'templateRef', 'namespace') ?? beside.namespace);
  if (template === undefined) {
    const message = 'is a MetricTemplate that is not in the input: give its file with -f too; the metric is left out';
    return { sources: own, remarks: [lossOf(at, message, name)], templates: [] };
  }
  const templates = [template.label];
  if (template.provider !== 'prometheus') {
    return { sources: own, remarks: [lossOf(at, foreign(template), name)], templates };
  }
  const replaced = noteOn(at, `is replaced by the query of MetricTemplate ${template.label}`, name);
  const sources = [...own, { key: at, query: template.query, variables }];
  return { sources, remarks: [replaced, ...unwindowed(metric, key)], templates };
}

const foreign = ({ provider }: MetricTemplate): string =>
  `has no counterpart: it asks ${provider}, and Headgate measures by Prometheus alone; bring the series there, or ask for them in a webhook of type rollout; the metric is left out`;

function unwindowed(metric: unknown, key: string): Remark[] {
  if (textAt(metric, 'interval') !== undefined) return [];
  const message = 'is left out, for which Flagger asks for an empty window; Headgate measures over 1m';
  return [noteOn(`${key}.interval`, message)];
}
