import { shown } from '../../rollout/spec/wording/explain.ts';
import { isLoss, type Remark } from './remark.ts';
import type { Translated, Translation } from './translation.ts';

/** What a person reads on standard error: each object with a line a field, what was left alone, and what it comes to. */
export const reportOf = (translation: Translation): string[] => [
  ...translation.objects.flatMap(linesOf),
  ...translation.leftAlone.map(({ subject, place }) => `left alone: ${subject} (${place})`),
  summaryOf(translation),
];

function linesOf({ place, subject, remarks }: Translated): string[] {
  const lines = remarks.map(lineOf);
  return [`${place}: ${subject}`, ...(lines.length > 0 ? lines : ['  every field comes over as it is'])];
}

const lineOf = ({ key, value, message }: Remark): string =>
  value === undefined ? `  ${key}: ${message}` : `  ${key} = ${shown(value)}: ${message}`;

function summaryOf({ objects }: Translation): string {
  if (objects.length === 0) return 'no object of Flagger in the input';
  const made = objects.filter((object) => object.made !== undefined).length;
  const losses = objects.flatMap(({ remarks }) => remarks).filter(isLoss).length;
  const read = `${counted(objects.length, 'object')} of Flagger read, ${made} written for Headgate`;
  return losses === 0
    ? `${read}; nothing is lost`
    : `${read}; ${counted(losses, 'line')} above ${losses === 1 ? 'wants' : 'want'} a decision`;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
