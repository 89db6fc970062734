import { builtinOf } from '../builtin-metrics.ts';
import { DEFAULT_MAX_WEIGHT } from '../schema/spec-schema.ts';
import { type Finding, isNumber, isRecord, type NameField, valueAt } from './findings.ts';
import { metricFindings } from './metric-rules.ts';
import { routeFindings } from './route-rules.ts';

type Rule = (form: unknown, nameField: NameField) => Finding[];

const STEPS = ['analysis', 'stepWeights'] as const;
const STEP = ['analysis', 'stepWeight'] as const;
const MAX = ['analysis', 'maxWeight'] as const;

/**
 * What is wrong between fields, in a form of any shape: each rule looks only at fields that are right in themselves, so that
 * a person hears of everything at once.
 */
export const ruleFindings: Rule = (form, nameField) => RULES.flatMap((rule) => rule(form, nameField));

const rising: Rule = (form) => {
  const weights = valueAt(form, STEPS);
  if (!Array.isArray(weights)) return [];
  const at = weights.findIndex(
    (weight, index) => isNumber(weight) && isNumber(weights[index - 1]) && weight <= weights[index - 1],
  );
  return at < 0 ? [] : [{ path: STEPS, message: `must rise, but ${weights[at]} comes after ${weights[at - 1]}` }];
};

const onePlan: Rule = (form, nameField) => {
  if (valueAt(form, STEPS) === undefined) return [];
  return [STEP, MAX]
    .filter((path) => valueAt(form, path) !== undefined)
    .map((path) => ({
      path,
      message: `has no meaning beside ${nameField(STEPS)}, which is the whole plan; drop one of the two`,
    }));
};

const stepFits: Rule = (form, nameField) => {
  const step = valueAt(form, STEP);
  const max = valueAt(form, MAX) ?? DEFAULT_MAX_WEIGHT;
  if (valueAt(form, STEPS) !== undefined || !isNumber(step) || !isNumber(max) || step <= max || step > 100) return [];
  const given = valueAt(form, MAX) === undefined ? `${max} when left out` : max;
  return [
    { path: STEP, message: `is above ${nameField(MAX)} (${given}); write at most ${max}, or raise ${nameField(MAX)}` },
  ];
};

const API_GROUPS: Readonly<Record<string, string>> = {
  HorizontalPodAutoscaler: 'autoscaling',
  ScaledObject: 'keda.sh',
};

const autoscalerGroup: Rule = (form) => {
  const kind = valueAt(form, ['autoscalerRef', 'kind']);
  const version = valueAt(form, ['autoscalerRef', 'apiVersion']);
  if (typeof kind !== 'string' || typeof version !== 'string') return [];
  const group = API_GROUPS[kind];
  if (group === undefined || version.startsWith(`${group}/`)) return [];
  return [
    {
      path: ['autoscalerRef', 'apiVersion'],
      message: `is not of a ${kind}; drop it, or write one that begins with ${group}/`,
    },
  ];
};

const eachMetric: Rule = (form) =>
  metricsOf(form).flatMap((metric, index) =>
    isRecord(metric) ? metricFindings(metric, ['analysis', 'metrics', index]) : [],
  );

const metricNames: Rule = (form) => {
  const names = metricsOf(form).map((metric) => measured(valueAt(metric, ['name'])));
  return names.flatMap((name, index) => {
    const first = names.indexOf(name);
    if (name === undefined || first === index) return [];
    return [
      {
        path: ['analysis', 'metrics', index, 'name'],
        message: `is measured twice: metric ${first + 1} of the list is ${name} too`,
      },
    ];
  });
};

const metricsOf = (form: unknown): unknown[] => listAt(form, 'metrics');

function listAt(form: unknown, list: string): unknown[] {
  const entries = valueAt(form, ['analysis', list]);
  return Array.isArray(entries) ? entries : [];
}

/** What is told apart by its name. */
const namesDiffer =
  (list: 'webhooks' | 'alerts', what: string): Rule =>
  (form) => {
    const names = listAt(form, list).map((entry) => valueAt(entry, ['name']));
    return names.flatMap((name, index) => {
      const first = names.indexOf(name);
      if (typeof name !== 'string' || first === index) return [];
      return [
        {
          path: ['analysis', list, index, 'name'],
          message: `is there twice: ${what} ${first + 1} of the list is ${name} too`,
        },
      ];
    });
  };

const measured = (name: unknown): string | undefined =>
  typeof name === 'string' ? (builtinOf(name) ?? name) : undefined;

const RULES: readonly Rule[] = [
  rising,
  onePlan,
  stepFits,
  autoscalerGroup,
  eachMetric,
  metricNames,
  namesDiffer('webhooks', 'hook'),
  namesDiffer('alerts', 'alert'),
  routeFindings,
];
