import { BUILTIN_NAMES, BUILTINS, builtinOf } from '../builtin-metrics.ts';
import { nearest } from '../wording/suggest.ts';
import { type Finding, isNumber, isRecord, type Path } from './findings.ts';

type RawMetric = Record<string, unknown>;

/** What is wrong with one metric as a whole; each rule looks only at fields that are right in themselves. */
export const metricFindings = (metric: RawMetric, path: Path): Finding[] =>
  [source, template, bounds, order, unit]
    .flatMap((rule) => rule(metric))
    .map((finding) => ({ ...finding, path: [...path, ...finding.path] }));

const ownMeasure = ({ name }: RawMetric) => (typeof name === 'string' ? builtinOf(name) : undefined);

function source(metric: RawMetric): Finding[] {
  const { name, query, templateRef } = metric;
  if (typeof name !== 'string' || name === '') return [];
  const own = ownMeasure(metric);
  if (own !== undefined && (query ?? templateRef) !== undefined) {
    return [
      {
        path: [templateRef === undefined ? 'query' : 'templateRef'],
        message: `cannot stand beside the name ${name}, a measure of Headgate's own; drop it, or rename the metric`,
      },
    ];
  }
  if (own !== undefined || (query ?? templateRef) !== undefined) return [];
  const meant = nearest(name, BUILTIN_NAMES);
  const advice = meant === undefined ? `write ${BUILTIN_NAMES.join(' or ')}` : `did you mean ${meant}?`;
  return [
    {
      path: ['name'],
      message: `is no measure of Headgate's own, and has no query; ${advice} (or add a query or a templateRef)`,
    },
  ];
}

/** A query and a template are two answers to one question. */
function template({ query, templateRef, templateVariables }: RawMetric): Finding[] {
  if (query !== undefined && templateRef !== undefined)
    return [{ path: ['query'], message: 'cannot stand beside templateRef; drop one of them' }];
  if (templateVariables === undefined || templateRef !== undefined) return [];
  return [{ path: ['templateVariables'], message: 'has a meaning beside templateRef only; drop it' }];
}

function bounds(metric: RawMetric): Finding[] {
  const { threshold, thresholdRange: range } = metric;
  if (threshold !== undefined && range !== undefined) {
    return [{ path: ['threshold'], message: 'cannot stand beside thresholdRange; drop one of them' }];
  }
  if (isRecord(range) && range.min === undefined && range.max === undefined) {
    return [{ path: ['thresholdRange'], message: 'binds nothing; it needs min, max or both' }];
  }
  if (threshold !== undefined || range !== undefined) return [];
  const own = ownMeasure(metric);
  const example =
    own === undefined ? 'threshold: 5 (at most 5), or thresholdRange: {min: 1, max: 5}' : BUILTINS[own].example;
  return [{ path: [], message: `has no bound; add ${example}` }];
}

function order({ thresholdRange: range }: RawMetric): Finding[] {
  if (!isRecord(range) || !isNumber(range.min) || !isNumber(range.max) || range.min <= range.max) return [];
  return [{ path: ['thresholdRange'], message: `can hold no value: min ${range.min} is above max ${range.max}` }];
}

function unit(metric: RawMetric): Finding[] {
  const own = ownMeasure(metric);
  if (own === undefined) return [];
  const { threshold, thresholdRange: range } = metric;
  const found: [Path, unknown][] = [[['threshold'], threshold]];
  if (isRecord(range)) found.push([['thresholdRange', 'min'], range.min], [['thresholdRange', 'max'], range.max]);
  return found.flatMap(([path, bound]) => {
    const message = isNumber(bound) ? BUILTINS[own].boundProblem(bound) : undefined;
    return message === undefined ? [] : [{ path, message }];
  });
}
