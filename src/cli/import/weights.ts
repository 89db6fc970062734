import { isNumber } from '../../rollout/spec/rules/findings.ts';
import type { Remark } from './remark.ts';

const ALL = 100;
const MAX = 'spec.analysis.maxWeight';
const STEP = 'spec.analysis.stepWeight';
const STEPS = 'spec.analysis.stepWeights';

type Analysis = Record<string, unknown>;

export interface Plan {
  /** `maxWeight` and `stepWeight`, or `stepWeights`; undefined where Flagger has no weights to go by. */
  weights?: Record<string, unknown>;
  remarks: Remark[];
}

const positive = (value: unknown): number | undefined => (isNumber(value) && value > 0 ? value : undefined);

/**
 * The weights by which Flagger would go. A step beats a list of steps, whose last is the end all the same; the end is 100
 * where none is given.
 */
export function planOf({ stepWeight, stepWeights, maxWeight }: Analysis): Plan {
  const step = positive(stepWeight);
  const list: unknown[] | undefined = Array.isArray(stepWeights) && stepWeights.length > 0 ? stepWeights : undefined;
  const max = positive(maxWeight);
  if (step !== undefined) return linear(step, { list, max });
  if (list === undefined) return { remarks: [] };
  const remarks =
    max === undefined ? [] : [note(MAX, max, `is not looked at by Flagger beside ${STEPS}, and is left out`)];
  return { weights: { stepWeights: list }, remarks };
}

function linear(step: number, { list, max }: { list: unknown[] | undefined; max: number | undefined }): Plan {
  const last = positive(list?.at(-1));
  const end = Math.min(last ?? max ?? ALL, ALL);
  const remarks: Remark[] = [];
  if (list !== undefined) {
    remarks.push(
      note(STEPS, list, `is not gone by in Flagger beside ${STEP}; its last is the end, written as maxWeight`),
    );
  } else if (max === undefined) {
    remarks.push({
      kind: 'note',
      key: MAX,
      message: 'is left out, which is 100 in Flagger and 50 in Headgate: 100 is written',
    });
  }
  if (step > end)
    remarks.push(note(STEP, step, `is above ${MAX}, and Flagger goes there; ${end} is written, to end there`));
  else remarks.push(...overshoot(step, end));
  return { weights: { maxWeight: end, stepWeight: Math.min(step, end) }, remarks };
}

/** Flagger adds whole steps until the end is reached or passed; Headgate takes a shorter last one. */
function overshoot(step: number, end: number): Remark[] {
  const flaggers = weights(step, end, (weight) => Math.min(weight, ALL));
  const last = flaggers.at(-1) ?? end;
  if (last === end) return [];
  const headgates = weights(step, end, (weight) => Math.min(weight, end));
  const message = `does not divide ${MAX}: Flagger goes ${list(flaggers)}, Headgate ${list(headgates)}`;
  return [note(STEP, step, message)];
}

const weights = (step: number, end: number, bounded: (weight: number) => number): number[] =>
  Array.from({ length: Math.ceil(end / step) }, (_, index) => bounded((index + 1) * step));

const MOST_LISTED = 4;

const list = (values: readonly number[]): string =>
  values.length > MOST_LISTED ? `…, ${values.slice(-2).join(', ')}` : values.join(', ');

const note = (key: string, value: unknown, message: string): Remark => ({ kind: 'note', key, value, message });
