import type { FlaggerCanary } from './flagger-canary.ts';
import type { QueryFacts } from './query.ts';
import type { Remark } from './remark.ts';
import { findTemplate, type Template } from './templates.ts';
import { textAt, textsAt } from './texts.ts';

/** A query as Flagger has it. */
export interface QuerySource {
  /** The field that it comes from. */
  key: string;
  query: string;
  variables: QueryFacts['variables'];
}

export interface Queries {
  sources: QuerySource[];
  remarks: Remark[];
  /** Labels of the MetricTemplates that were looked up. */
  templates: string[];
}

/** The queries of one metric of Flagger's: its own, and that of the template that it refers to. */
export function queriesOf(metric: unknown, key: string, canary: FlaggerCanary): Queries {
  const query = textAt(metric, 'query') ?? '';
  const variables = textsAt(metric, 'templateVariables');
  const sources = query === '' ? [] : [{ key: `${key}.query`, query, variables }];
  const name = textAt(metric, 'templateRef', 'name');
  if (name === undefined) return { sources, remarks: [], templates: [] };
  const namespace = textAt(metric, 'templateRef', 'namespace') ?? canary.namespace;
  const template = findTemplate(canary.templates, name, namespace);
  const remark = { key: `${key}.templateRef`, value: name };
  if (template === undefined) {
    const message = 'is a MetricTemplate that is not in the input: give its file with -f too; the metric is left out';
    return { sources, remarks: [{ kind: 'lost', ...remark, message }], templates: [] };
  }
  const templates = [template.label];
  if (template.provider !== 'prometheus') {
    return { sources, remarks: [{ kind: 'lost', ...remark, message: foreign(template) }], templates };
  }
  sources.push({ key: remark.key, query: template.query, variables });
  const message = `is replaced by the query of MetricTemplate ${template.label}`;
  return { sources, remarks: [{ kind: 'note', ...remark, message }, ...unwindowed(metric, key)], templates };
}

const foreign = ({ provider }: Template): string =>
  `has no counterpart: it asks ${provider}, and Headgate measures by Prometheus alone; bring the series there, or ask for them in a webhook of type rollout; the metric is left out`;

function unwindowed(metric: unknown, key: string): Remark[] {
  if (textAt(metric, 'interval') !== undefined) return [];
  const message = 'is left out, for which Flagger asks for an empty window; Headgate measures over 1m';
  return [{ kind: 'note', key: `${key}.interval`, message }];
}
