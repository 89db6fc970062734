import { API_GROUP, API_VERSION } from '../../rollout/keys.ts';
import { variablesWanted } from '../../rollout/spec/metric-templates/template-texts.ts';
import type { NameField } from '../../rollout/spec/rules/findings.ts';
import { metricTemplateProblems, readMetricTemplate } from '../../rollout/spec/schema/metric-template.ts';
import { TEMPLATE_KINDS } from '../../rollout/spec/schema/template-ref.ts';
import { specKey } from '../../rollout/spec/spec.ts';
import type { MetricTemplateRef, Problem, RolloutSpec } from '../../rollout/spec/spec-types.ts';
import type { SourceObject } from '../documents.ts';
import { groupOf, namespaceIn, textOrJson, type Value } from './value.ts';

export const isMetricTemplate = (value: Value): boolean =>
  TEMPLATE_KINDS.some((kind) => kind === value['kind']) && groupOf(value) === API_GROUP;

/** What is wrong with a template, whoever refers to it. */
export function metricTemplateFindings({ apiVersion, spec }: Value): Problem[] {
  const message = `must be ${API_VERSION}`;
  const version = apiVersion === API_VERSION ? [] : [{ key: 'apiVersion', value: apiVersion, message }];
  return [...version, ...metricTemplateProblems(spec)];
}

/** Whom a Canary, or a Deployment with settings of its own, is looked at beside. */
interface Beside {
  /** Of the Canary. */
  namespace: unknown;
  objects: readonly SourceObject[];
  nameField?: NameField;
}

/** What is wrong with the references of a spec to templates, and which of them lead out of the files. */
export function referenceFindings(
  { analysis }: RolloutSpec,
  { namespace, objects, nameField = specKey }: Beside,
): { problems: Problem[]; doubts: Problem[] } {
  const problems: Problem[] = [];
  const doubts: Problem[] = [];
  for (const [index, { source }] of analysis.metrics.entries()) {
    if (!('template' in source)) continue;
    const key = (field: string) => nameField(['analysis', 'metrics', index, field]);
    const template = find(source.template, namespace, objects);
    if (template === undefined) doubts.push({ key: key('templateRef'), message: missing(source.template) });
    else problems.push(...variableProblems(source.template, template, key('templateVariables')));
  }
  return { problems, doubts };
}

const find = (reference: MetricTemplateRef, home: unknown, objects: readonly SourceObject[]): Value | undefined =>
  objects.find(
    ({ value }) =>
      isMetricTemplate(value) &&
      value['kind'] === reference.kind &&
      textOrJson(value, 'metadata', 'name') === reference.name &&
      (reference.kind === 'ClusterMetricTemplate' || namespaceIn(value) === (reference.namespace ?? home)),
  )?.value;

function missing({ kind, name, namespace }: MetricTemplateRef): string {
  const label = namespace === undefined ? name : `${namespace}/${name}`;
  return `is the ${kind} ${label}, which is not among the files: without it every check is an error; give its file too`;
}

function variableProblems({ variables }: MetricTemplateRef, template: Value, key: string): Problem[] {
  const reading = readMetricTemplate(template['spec']);
  const wanted = reading.ok ? variablesWanted(reading.value) : [];
  const absent = wanted.filter((name) => !Object.hasOwn(variables, name));
  if (absent.length === 0) return [];
  return [
    { key, message: `has no ${absent.join(' and no ')}, which the template uses as {{ variables.${absent[0]} }}` },
  ];
}
