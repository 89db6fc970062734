import { Lexer, parseDocument } from 'yaml';
import { isRecord } from '../rules/findings.ts';
import { parseDuration } from '../schema/durations.ts';
import { durationProblem, WEEK } from '../schema/fields.ts';
import { place } from '../wording/text-place.ts';
import { isShort, RecentTexts } from './recent-texts.ts';

/** What an annotation's text stands for in the user's form, or what is wrong with it, as a predicate on it. */
export type TextReading = { ok: true; value: unknown } | { ok: false; message: string };

const read = (value: unknown): TextReading => ({ ok: true, value });
const refuse = (message: string): TextReading => ({ ok: false, message });

/** Decimal digits as a number; any other text as it is, for the schema to refuse. */
const numberOr = (text: string): number | string => (/^-?(?:0|[1-9]\d*)$/.test(text) ? Number(text) : text);

export const asText = (text: string): TextReading => read(text.trim());

export const asNumber = (text: string): TextReading => read(numberOr(text.trim()));

/** `true` or `false`; any other text as it is, for the schema to refuse. */
export const asFlag = (text: string): TextReading => {
  const value = text.trim();
  return read(value === 'true' ? true : value === 'false' ? false : value);
};

const entriesOf = (text: string): string[] => text.split(',').map((entry) => entry.trim());

/** Comma-separated. */
export const asTexts = (text: string): TextReading =>
  text.trim() === ''
    ? refuse('is empty; write one or more entries with commas between, or remove the annotation')
    : read(entriesOf(text));

/** Comma-separated. */
export const asNumbers = (text: string): TextReading =>
  text.trim() === ''
    ? refuse('is empty; write weights in percent with commas between, such as 5,20,50')
    : read(entriesOf(text).map(numberOr));

/** A duration of whole seconds, as seconds. */
export function asSeconds(text: string): TextReading {
  const value = text.trim();
  const problem = durationProblem(value, 1_000, WEEK);
  if (problem !== undefined) return refuse(problem);
  const seconds = (parseDuration(value) ?? 0) / 1_000;
  return Number.isInteger(seconds) ? read(seconds) : refuse('must be whole seconds, such as 90s');
}

/** `name` or `Kind/name`. */
export function asAutoscaler(text: string): TextReading {
  const [first = '', name, ...more] = text.trim().split('/');
  if (more.length > 0)
    return refuse('must be the name of a HorizontalPodAutoscaler, or its kind and name: ScaledObject/podinfo');
  return read(name === undefined ? { kind: 'HorizontalPodAutoscaler', name: first } : { kind: first, name });
}

const tokens = new RecentTexts<number>();

/** Tokens of a YAML text, and escapes in them, each of which may be a mistake of its own; more than `most`, where it has more. */
export const yamlTokens = (text: string, most: number): number =>
  isShort(text) ? tokens.of(text, countTokens) : countTokens(text, most);

function countTokens(text: string, most = Number.POSITIVE_INFINITY): number {
  let count = 0;
  for (const token of new Lexer().lex(text)) {
    count += token.split('\\').length;
    if (count > most) break;
  }
  return count;
}

/** A YAML list. */
export const asList = (text: string): TextReading =>
  asYaml(text, Array.isArray, 'must be a YAML list: each entry begins with "- ", or [] for none');

/** A YAML map. */
export const asMap = (text: string): TextReading =>
  asYaml(text, isRecord, 'must be a YAML map: lines such as "name: value", or {name: value}');

function asYaml(text: string, isRight: (value: unknown) => boolean, words: string): TextReading {
  const reading = contents.of(text, readYaml);
  if (!reading.ok) return reading;
  // Whoever asks makes a form of it, with other settings inside.
  return isRight(reading.value) ? read(structuredClone(reading.value)) : refuse(words);
}

const contents = new RecentTexts<TextReading>();

function readYaml(text: string): TextReading {
  const document = parseDocument(text, { prettyErrors: false });
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) return refuse(`is not YAML: ${error.message} (${place(text, error.pos[0])})`);
  const content = contentOf(document);
  return content === undefined
    ? refuse(`has aliases (*name) that stand for too much; write it out`)
    : read(content.value);
}

/** Undefined where aliases would grow without bound. */
function contentOf(document: ReturnType<typeof parseDocument>): { value: unknown } | undefined {
  try {
    return { value: document.toJS({ maxAliasCount: 20 }) };
  } catch {
    return undefined;
  }
}
