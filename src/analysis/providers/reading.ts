import { valueAt } from '../../rollout/spec/rules/findings.ts';
import type { QueryResult } from '../verdict.ts';

/** Characters of a number; the longest that is written out in full has some hundreds. */
const MAX_NUMBER = 1_100;

export const SEVERAL: QueryResult = {
  kind: 'error',
  message: 'the query gives more than one series; aggregate them into one',
};
export const NONE: QueryResult = { kind: 'none' };

export const failed = (message: string): QueryResult => ({ kind: 'error', message });

const NOT_JSON = failed('the answer is no JSON');

/** Reads an answer that is JSON. */
export function readJson(text: string, read: (answer: unknown) => QueryResult): QueryResult {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return NOT_JSON;
  }
  return read(answer);
}

/** The list at a place of an answer; empty where there is none. */
export const listAt = (answer: unknown, ...path: readonly (string | number)[]): unknown[] => {
  const found = valueAt(answer, path);
  return Array.isArray(found) ? found : [];
};

export const stringAt = (answer: unknown, ...path: readonly (string | number)[]): string => {
  const found = valueAt(answer, path);
  return typeof found === 'string' ? found : '';
};

const WORDS: Readonly<Record<string, number>> = {
  '+Inf': Infinity,
  Inf: Infinity,
  Infinity: Infinity,
  '+Infinity': Infinity,
  '-Inf': -Infinity,
  '-Infinity': -Infinity,
};
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** A number as servers write it, also as text; null is no data. */
export function numberIn(found: unknown): QueryResult {
  if (found === null) return NONE;
  const text = typeof found === 'number' ? String(found) : found;
  if (text === 'NaN') return { kind: 'none', nan: true };
  const value = typeof text === 'string' && text.length <= MAX_NUMBER ? valueOf(text) : undefined;
  return value === undefined ? failed('the query gives a value that is no number') : { kind: 'value', value };
}

const valueOf = (text: string): number | undefined => WORDS[text] ?? (NUMBER.test(text) ? Number(text) : undefined);

/** The last of a series of values that is not null: what is newest may not be counted yet. */
export function lastOf(values: readonly unknown[]): QueryResult {
  const last = values.findLast((value) => value !== null && value !== undefined);
  return last === undefined ? NONE : numberIn(last);
}

/** The one entry of a list, read; several have no single value to judge. */
export function onlyOf(entries: readonly unknown[], read: (entry: unknown) => QueryResult): QueryResult {
  if (entries.length > 1) return SEVERAL;
  return entries.length === 0 ? NONE : read(entries[0]);
}
