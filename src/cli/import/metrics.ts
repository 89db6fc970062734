import { BUILTIN_NAMES, builtinOf } from '../../rollout/spec/builtin-metrics.ts';
import { isRecord } from '../../rollout/spec/rules/findings.ts';
import type { BuiltinMetric } from '../../rollout/spec/spec-types.ts';
import { nearest } from '../../rollout/spec/wording/suggest.ts';
import { distinctNames } from './entries.ts';
import { entriesAt, type FlaggerCanary, textAt, textsAt } from './flagger-object.ts';
import { referenceOf, type TemplateReference } from './metric-template.ts';
import { translateQuery } from './query.ts';
import { noteOn, problemOn, type Remark } from './remark.ts';

type Metric = Record<string, unknown>;

export interface Measures {
  metrics: unknown[];
  /** For each metric, the index of the one of Flagger's that it comes from. */
  sources: number[];
  remarks: Remark[];
  /** Labels of the MetricTemplates that were looked up. */
  templates: string[];
}

/** Where a metric stands, and what may be looked at beside it. */
interface MetricPlace {
  key: string;
  canary: FlaggerCanary;
  /** All that are in the input. */
  templates: readonly unknown[];
}

/** The metrics of the analysis, out of what the table has carried over of each, with queries that measure the canary. */
export function measuresOf(carried: readonly unknown[], beside: Omit<MetricPlace, 'key'>): Measures {
  const before = entriesAt(beside.canary.spec, 'analysis', 'metrics');
  const parts = carried.map((entry, index) =>
    isRecord(entry)
      ? measured(entry, before[index], { ...beside, key: keyOf(index) })
      : { metrics: [], remarks: [], templates: [] },
  );
  const sources = parts.flatMap(({ metrics }, index) => metrics.map(() => index));
  const named = distinctNames(
    parts.flatMap(({ metrics }) => metrics),
    (index) => keyOf(sources[index] ?? index),
  );
  return {
    metrics: named.entries,
    sources,
    remarks: [...parts.flatMap(({ remarks }) => remarks), ...named.remarks],
    templates: parts.flatMap(({ templates }) => templates),
  };
}

const keyOf = (index: number): string => `spec.analysis.metrics[${index}]`;

/** What Flagger measures under one name: it may be a measure of its own, a query and a template at the same time. */
function measured(carried: Metric, before: unknown, place: MetricPlace): Omit<Measures, 'sources'> {
  const { key, canary, templates } = place;
  const { query: _, ...metric } = carried;
  const name = textAt(metric, 'name') ?? '';
  const builtin = builtinOf(name);
  const query = textAt(before, 'query') ?? '';
  const reference = referenceOf(before, key, { templates, namespace: canary.namespace });
  const queries = [...(query === '' ? [] : [{ key: `${key}.query`, query }]), ...reference.queries];
  if (builtin === undefined && queries.length === 0 && isNoReference(reference)) {
    return { metrics: [], remarks: [nothing(name, key)], templates: [] };
  }
  const { bounded, remarks } = boundOf(metric, key, builtin);
  const metrics: Metric[] = builtin === undefined ? [] : [{ ...bounded, name: builtin }];
  if (builtin !== undefined && builtin !== name) remarks.push(ofOld(name, builtin, key, queries.length > 0));
  remarks.push(...reference.remarks);
  for (const source of queries) {
    const translated = translateQuery(source.query, { ...canary, variables: textsAt(before, 'templateVariables') });
    const fate = translated.query === undefined ? '; the metric is left out' : '';
    remarks.push(...translated.notes.map((message) => noteOn(source.key, message)));
    remarks.push(...translated.problems.map((problem) => problemOn(source.key, problem + fate)));
    if (translated.query === undefined) continue;
    // A measure of Headgate's own has its name to itself.
    metrics.push({ ...bounded, name: builtin === undefined ? name : `${name}-query`, query: translated.query });
  }
  metrics.push(...referring(before, { bounded, reference, builtin, taken: metrics }));
  return { metrics, remarks, templates: reference.templates };
}

const isNoReference = ({ reference, remarks }: TemplateReference): boolean =>
  reference === undefined && remarks.length === 0;

interface Referring {
  bounded: Metric;
  reference: TemplateReference;
  builtin: BuiltinMetric | undefined;
  /** What the same metric of Flagger's is measured by besides. */
  taken: readonly Metric[];
}

/** The metric by its template, where that comes over as an object of its own. */
function referring(before: unknown, { bounded, reference, builtin, taken }: Referring): Metric[] {
  if (reference.reference === undefined) return [];
  const templateVariables = textsAt(before, 'templateVariables');
  const given = Object.keys(templateVariables).length === 0 ? {} : { templateVariables };
  const name = textAt(bounded, 'name') ?? '';
  const isTaken = builtin !== undefined || taken.some((other) => other['name'] === name);
  const own = isTaken ? `${name}-template` : name;
  return [{ ...bounded, name: own, templateRef: reference.reference, ...given }];
}

function ofOld(name: string, builtin: BuiltinMetric, key: string, isMeasured: boolean): Remark {
  const present = isMeasured
    ? "which today's Flagger does not measure by it"
    : "of which today's Flagger fails every check";
  return noteOn(`${key}.name`, `is an older name of ${builtin}, ${present}: ${builtin} is written`, name);
}

function nothing(name: string, key: string): Remark {
  const meant = nearest(name, BUILTIN_NAMES);
  const advice = meant === undefined ? 'give it a query, or drop it' : `did you mean ${meant}?`;
  const message = `is no measure of Flagger's own, and has neither a query nor a templateRef: today's Flagger fails every check of it, so that no release gets through; it is left out; ${advice}`;
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
