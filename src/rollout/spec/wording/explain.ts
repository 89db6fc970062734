import type { Problem } from '../spec-types.ts';
import { masked, maskedUrl } from './masked.ts';

const MAX_SHOWN = 60;
const MAX_LINES = 40;

/** A value as one would write it in JSON, on one line, at most 60 characters, without users and passwords of URLs. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value, presentable) ?? `${typeof value}`;
  const plain = typeof value === 'number' ? text.replaceAll('"', '') : text;
  if (plain.length <= MAX_SHOWN) return plain;
  const start = Array.from(plain.slice(0, MAX_SHOWN - 2)).join('');
  return typeof value === 'string' ? `${start}…"` : `${start}…`;
}

/** JSON has no numbers without end, and YAML has: they are shown as they were written. */
function presentable(_key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return yamlNumber(value);
  if (typeof value !== 'string') return value;
  return LOGIN_WITHOUT_SCHEME.test(value) ? maskedUrl(value) : masked(value);
}

const yamlNumber = (value: number): string => (Number.isNaN(value) ? '.nan' : value > 0 ? '.inf' : '-.inf');

/** `user:password@host`, where a URL was meant. */
const LOGIN_WITHOUT_SCHEME = /^[\w.+-]*:(?!\s).*@[\w.-]+(?::\d+)?(?:[/?#]|$)/;

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
