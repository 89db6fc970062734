import { valueAt } from '../../rollout/spec/rules/findings.ts';
import type { QueryResult } from '../verdict.ts';
import { addressOf, authorization, JSON_BODY, type MetricProvider } from './provider.ts';
import { failed, NONE, numberIn, onlyOf, readJson } from './reading.ts';

/** Any service that answers with JSON: the template says what is asked, and where the number is. */
export const http: MetricProvider = {
  request: ({ template, query, body, secret }) => ({
    method: template.http?.method ?? 'GET',
    url: `${addressOf(template)}${query}`,
    headers: { accept: 'application/json', ...(body !== undefined && JSON_BODY), ...authorization(secret) },
    ...(body !== undefined && { body }),
  }),
  read: (text, { http: reading }) => readJson(text, (answer) => valueIn(answer, reading?.value ?? '')),
};

/** A list of one is what is in it. Where a list on the way is empty, there is no data. */
function valueIn(answer: unknown, pointer: string): QueryResult {
  const path = pointer.split('/').slice(1).map(unescaped);
  const found = valueAt(answer, path);
  if (found !== undefined) return Array.isArray(found) ? onlyOf(found, numberIn) : numberIn(found);
  const isEmpty = path.some((_, depth) => isEmptyList(valueAt(answer, path.slice(0, depth))));
  return isEmpty ? NONE : failed(`the answer has nothing at ${pointer}`);
}

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

/** As in JSON Pointer: `~1` is a slash, `~0` a tilde. */
const unescaped = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');
