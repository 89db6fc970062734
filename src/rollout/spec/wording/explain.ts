import type { Problem } from '../spec-types.ts';
import { masked, maskedUrl } from './masked.ts';

const MAX_SHOWN = 60;
const MAX_LINES = 40;
/** Problems that are put beside their like. */
const MAX_SORTED = 1_000;

/** A value as one would write it in JSON, on one line, at most 60 characters, without users and passwords of URLs. */
export function shown(value: unknown): string {
  const text = beginning(value);
  if (text.length <= MAX_SHOWN) return text;
  const start = Array.from(text.slice(0, MAX_SHOWN - 2)).join('');
  return typeof value === 'string' ? `${start}…"` : `${start}…`;
}

/** JSON of a value, as far as it is shown: the rest of a large or a deep one is not looked at. */
function beginning(value: unknown): string {
  let text = '';
  for (const piece of pieces(value)) {
    text += piece;
    if (text.length > MAX_SHOWN) break;
  }
  return text;
}

function* pieces(value: unknown): Generator<string> {
  // Masked before it is cut: the rest of a URL tells what in it is a password.
  if (typeof value === 'string') yield JSON.stringify(withoutLogin(value).slice(0, MAX_SHOWN + 1));
  else if (typeof value === 'number') yield numberText(value);
  else if (typeof value !== 'object' || value === null) yield JSON.stringify(value) ?? `${typeof value}`;
  else yield* inside(value);
}

/** JSON has no numbers without end, and YAML has: they are shown as they were written. */
function numberText(value: number): string {
  if (Number.isFinite(value)) return `${value}`;
  return Number.isNaN(value) ? '.nan' : value > 0 ? '.inf' : '-.inf';
}

/** `user:password@host`, where a URL was meant. */
const LOGIN_WITHOUT_SCHEME = /^[\w.+-]*:(?!\s).*@[\w.-]+(?::\d+)?(?:[/?#]|$)/;

/** Of as many lines as can be shown; each of them whole, as its end tells what in it is a password. */
function withoutLogin(text: string): string {
  const lines = text.split('\n', MAX_SHOWN + 1).join('\n');
  return LOGIN_WITHOUT_SCHEME.test(lines) ? maskedUrl(lines) : masked(lines);
}

function* inside(value: object): Generator<string> {
  const isList = Array.isArray(value);
  yield isList ? '[' : '{';
  let comma = '';
  // Not by Object.entries: of a large one only the first are wanted.
  for (const key in value) {
    const entry: unknown = Reflect.get(value, key);
    if (entry === undefined && !isList) continue;
    yield isList ? comma : `${comma}${JSON.stringify(key)}:`;
    yield* pieces(entry);
    comma = ',';
  }
  yield isList ? ']' : '}';
}

/** Characters of one problem's message: it may name much of what stands in the settings. */
const MAX_MESSAGE = 1_024;
const short = (text: string): string => (text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE - 1)}…` : text);
const line = ({ key, value, message }: Problem): string =>
  short(value === undefined ? `- ${key}: ${message}` : `- ${key} = ${shown(value)}: ${message}`);

const NUMERIC = new Intl.Collator('en', { numeric: true });

/** Problems of the same annotation or field beside one another, in the order in which they were found. */
function grouped(problems: readonly Problem[]): Problem[] {
  const base = ({ key }: Problem): string => key.split('[', 1)[0] ?? key;
  const groups = Map.groupBy(problems, base);
  return [...groups.values()].flatMap((group) => group.toSorted((a, b) => NUMERIC.compare(a.key, b.key)));
}

/** What a person reads: a heading, then one line a problem with key, value, what is wrong and what would be right. */
export function explain(problems: readonly Problem[]): string {
  const count = problems.length === 1 ? '1 problem keeps' : `${problems.length} problems keep`;
  const lines = grouped(problems.slice(0, MAX_SORTED)).slice(0, MAX_LINES).map(line);
  const rest = problems.length > MAX_LINES ? [`- and ${problems.length - MAX_LINES} more`] : [];
  return [`${count} Headgate from releasing this Deployment:`, ...lines, ...rest].join('\n');
}
