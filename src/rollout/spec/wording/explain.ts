import type { Problem } from '../spec-types.ts';

const MAX_SHOWN = 60;
const MAX_LINES = 40;

/** A value as one would write it in JSON, on one line, at most 60 characters. */
export function shown(value: unknown): string {
  const text = typeof value === 'number' ? `${value}` : (JSON.stringify(value) ?? `${typeof value}`);
  if (text.length <= MAX_SHOWN) return text;
  const start = Array.from(text.slice(0, MAX_SHOWN - 2)).join('');
  return typeof value === 'string' ? `${start}…"` : `${start}…`;
}

const line = ({ key, value, message }: Problem): string =>
  value === undefined ? `- ${key}: ${message}` : `- ${key} = ${shown(value)}: ${message}`;

/** Problems of the same annotation or field beside one another, in the order in which they were found. */
function grouped(problems: readonly Problem[]): Problem[] {
  const bases = problems.map(({ key }) => key.split('[', 1)[0]);
  const order = (problem: Problem): number => bases.indexOf(problem.key.split('[', 1)[0]);
  return problems.toSorted((a, b) => order(a) - order(b) || a.key.localeCompare(b.key, 'en', { numeric: true }));
}

/** What a person reads: a heading, then one line a problem with key, value, what is wrong and what would be right. */
export function explain(problems: readonly Problem[]): string {
  const count = problems.length === 1 ? '1 problem keeps' : `${problems.length} problems keep`;
  const lines = grouped(problems).map(line);
  const rest = lines.length > MAX_LINES ? [`- and ${lines.length - MAX_LINES} more`] : [];
  return [`${count} Headgate from releasing this Deployment:`, ...lines.slice(0, MAX_LINES), ...rest].join('\n');
}
