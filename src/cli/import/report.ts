import { shown } from '../../rollout/spec/wording/explain.ts';
import { isLoss, type Remark } from './remark.ts';
import type { TranslatedObject, Translation } from './translation.ts';

/** One line: what is said of a value in one or more places. */
interface Line {
  keys: string[];
  text: string;
  isDecision: boolean;
}

/** What a person reads on standard error: each object with its lines, what was left alone, and what it comes to. */
export function reportOf(translation: Translation): string[] {
  const told = new Map<string, Line>();
  return [
    ...translation.objects.flatMap((object) => objectLines(object, told)),
    ...translation.leftAlone.map(({ subject, place }) => `left alone: ${subject} (${place})`),
    summaryOf(translation, [...told.values()].filter(({ isDecision }) => isDecision).length),
  ];
}

/** A line that stands above already, for another object, is only named. */
function objectLines({ place, subject, remarks }: TranslatedObject, told: Map<string, Line>): string[] {
  const lines = linesOf(remarks);
  const fresh = lines.filter(({ text }) => !told.has(text));
  const again = lines.filter(({ text }) => told.has(text)).flatMap(({ keys }) => keys);
  for (const line of fresh) told.set(line.text, line);
  return [
    `${place}: ${subject}`,
    ...fresh.map(({ text }) => `  ${text}`),
    ...(again.length > 0 ? [`  as above: ${again.join(', ')}`] : []),
    ...(lines.length === 0 ? ['  every field comes over as it is'] : []),
  ];
}

/** What is said of the same value in several places is one line. */
function linesOf(remarks: readonly Remark[]): Line[] {
  const groups = Map.groupBy(remarks, ({ kind, value, message }) => `${kind} ${shown(value)} ${message}`);
  return [...groups.values()].map((group) => {
    const keys = group.map(({ key }) => key);
    const [{ value, message } = { value: undefined, message: '' }] = group;
    const said = value === undefined ? '' : ` = ${shown(value)}`;
    return { keys, text: `${keys.join(', ')}${said}: ${message}`, isDecision: group.some(isLoss) };
  });
}

function summaryOf({ objects }: Translation, decisions: number): string {
  if (objects.length === 0) return 'no object of Flagger in the input';
  const made = objects.filter((object) => object.made !== undefined).length;
  const read = `${counted(objects.length, 'object')} of Flagger read, ${made} written for Headgate`;
  return decisions === 0
    ? `${read}; nothing is lost`
    : `${read}; ${counted(decisions, 'line')} above ${decisions === 1 ? 'wants' : 'want'} a decision`;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
