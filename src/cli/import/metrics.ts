import { BUILTIN_NAMES, builtinOf } from '../../rollout/spec/builtin-metrics.ts';
import { isRecord } from '../../rollout/spec/rules/findings.ts';
import { nearest } from '../../rollout/spec/wording/suggest.ts';
import { distinctNames } from './distinct-names.ts';
import type { FlaggerCanary } from './flagger-canary.ts';
import { boundOf } from './metric-bound.ts';
import { type QuerySource, queriesOf } from './metric-queries.ts';
import { translateQuery } from './query.ts';
import type { Remark } from './remark.ts';
import { textAt } from './texts.ts';

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
export function measuresOf(carried: readonly unknown[], canary: FlaggerCanary): Measures {
  const parts = carried.map((entry, index) =>
    isRecord(entry) ? measured(entry, index, canary) : { metrics: [], remarks: [], templates: [] },
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

interface Part {
  metrics: Metric[];
  remarks: Remark[];
  templates: string[];
}

/** What Flagger measures under one name: it may be a measure of its own, a query and a template at the same time. */
function measured(carried: Metric, index: number, canary: FlaggerCanary): Part {
  const { query: _, ...metric } = carried;
  const key = keyOf(index);
  const name = textAt(metric, 'name') ?? '';
  const builtin = builtinOf(name);
  const { bounded, remarks } = boundOf(metric, key, builtin);
  const queries = queriesOf(canary.metrics[index], key, canary);
  if (builtin === undefined && queries.sources.length === 0 && queries.remarks.length === 0) {
    return { metrics: [], remarks: [nothing(name, key)], templates: [] };
  }
  // A measure of Headgate's own has its name to itself.
  const own = builtin === undefined ? name : `${name}-query`;
  const found: Metric[] = builtin === undefined ? [] : [{ ...bounded, name: builtin }];
  remarks.push(...queries.remarks);
  for (const source of queries.sources) {
    const { text, remarks: more } = translated(source, canary);
    remarks.push(...more);
    if (text !== undefined) found.push({ ...bounded, name: own, query: text });
  }
  return { metrics: found, remarks, templates: queries.templates };
}

function translated(
  { key, query, variables }: QuerySource,
  canary: FlaggerCanary,
): { text?: string; remarks: Remark[] } {
  const { query: text, notes, problems } = translateQuery(query, { ...canary, variables });
  const fate = text === undefined ? '; the metric is left out' : '';
  const remarks = [
    ...notes.map((message): Remark => ({ kind: 'note', key, message })),
    ...problems.map((problem): Remark => ({ kind: 'problem', key, message: problem + fate })),
  ];
  return text === undefined ? { remarks } : { text, remarks };
}

function nothing(name: string, key: string): Remark {
  const meant = nearest(name, BUILTIN_NAMES);
  const advice = meant === undefined ? 'give it a query, or drop it' : `did you mean ${meant}?`;
  const message = `is measured by nothing, in Flagger too, for it is no metric of its own and has no query; it is left out; ${advice}`;
  return { kind: 'problem', key: `${key}.name`, value: name, message };
}
