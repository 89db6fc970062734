import { isNumber } from '../../rollout/spec/rules/findings.ts';
import { isFilledIn } from './placeholders.ts';
import { noteOn, type Remark } from './remark.ts';

const ALL = 100;
const MAX = 'spec.analysis.maxWeight';
const STEP = 'spec.analysis.stepWeight';
const STEPS = 'spec.analysis.stepWeights';

export interface WeightPlan {
  /** `maxWeight` and `stepWeight`, or `stepWeights`; undefined where Flagger has no weights to go by. */
  weights?: Record<string, unknown>;
  remarks: Remark[];
}

const positive = (value: unknown): number | undefined => (isNumber(value) && value > 0 ? value : undefined);

/**
 * The weights by which Flagger would go. A step beats a list of steps, whose last is the end all the same; the end is 100
 * where none is given.
 */
export function weightPlanOf({ stepWeight, stepWeights, maxWeight }: Record<string, unknown>): WeightPlan {
  const given = Object.entries({ stepWeight, stepWeights, maxWeight }).filter(([, value]) => value !== undefined);
  if (given.some(([, value]) => isFilledIn(value))) return { weights: Object.fromEntries(given), remarks: [] };
  const step = positive(stepWeight);
  const list: unknown[] | undefined = Array.isArray(stepWeights) && stepWeights.length > 0 ? stepWeights : undefined;
  const max = positive(maxWeight);
  if (step !== undefined) return linear(step, list, max);
  if (list === undefined) return { remarks: [] };
  const message = `is not looked at by Flagger beside ${STEPS}, and is left out`;
  return { weights: { stepWeights: list }, remarks: max === undefined ? [] : [noteOn(MAX, message, max)] };
}

function linear(step: number, list: unknown[] | undefined, max: number | undefined): WeightPlan {
  const end = Math.min(positive(list?.at(-1)) ?? max ?? ALL, ALL);
  const remarks: Remark[] = [];
  if (list !== undefined) {
    const message = `is not gone by in Flagger beside ${STEP}; its last is the end, written as maxWeight`;
    remarks.push(noteOn(STEPS, message, list));
  } else if (max === undefined) {
    remarks.push(noteOn(MAX, 'is left out, which is 100 in Flagger and 50 in Headgate: 100 is written'));
  }
  const message = differenceOf(step, end);
  if (message !== undefined) remarks.push(noteOn(STEP, message, step));
  return { weights: { maxWeight: end, stepWeight: Math.min(step, end) }, remarks };
}

/** Flagger adds whole steps until the end is reached or passed; Headgate takes a shorter last one. */
function differenceOf(step: number, end: number): string | undefined {
  if (step > end) return `is above ${MAX}, and Flagger goes there; ${end} is written, to end there`;
  const flaggers = weightsUpTo(ALL, step, end);
  if (flaggers.at(-1) === end) return undefined;
  return `does not divide ${MAX}: Flagger goes ${shownList(flaggers)}, Headgate ${shownList(weightsUpTo(end, step, end))}`;
}

const weightsUpTo = (bound: number, step: number, end: number): number[] =>
  Array.from({ length: Math.ceil(end / step) }, (_, index) => Math.min((index + 1) * step, bound));

const MOST_LISTED = 4;

const shownList = (values: readonly number[]): string =>
  values.length > MOST_LISTED ? `…, ${values.slice(-2).join(', ')}` : values.join(', ');
