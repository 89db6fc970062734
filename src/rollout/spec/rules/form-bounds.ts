import { type Finding, isRecord, type Path, valueAt } from './findings.ts';

/** Fields and entries of the settings in all, however deep they stand. */
export const MAX_VALUES = 4_096;
/** How deep they stand. */
export const MAX_DEPTH = 32;
/** Characters of all queries together: the densest take 1.7 ms of a thousand to be read. */
export const MAX_QUERIES = 16_384;

/**
 * What there is too much of in a form of any shape. Nothing else is looked at then: whoever wrote it waits for the answer, and
 * so do others.
 */
export function boundFindings(form: unknown): Finding[] {
  const found = oversize(form) ?? longQueries(form);
  return found === undefined ? [] : [found];
}

function oversize(form: unknown): Finding | undefined {
  const left: { value: unknown; path: Path }[] = [{ value: form, path: [] }];
  let count = 0;
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { value, path } = next;
    if (typeof value !== 'object' || value === null) continue;
    count += Array.isArray(value) ? value.length : Object.keys(value).length;
    if (count > MAX_VALUES) {
      return {
        path,
        isLarge: true,
        message: `brings the settings to more than ${MAX_VALUES} fields and entries; no more are taken`,
      };
    }
    if (path.length > MAX_DEPTH) {
      return {
        path: path.slice(0, 3),
        isLarge: true,
        message: `is nested more than ${MAX_DEPTH} deep; no more is taken`,
      };
    }
    for (const key of keysOf(value)) left.push({ value: Reflect.get(value, key), path: [...path, key] });
  }
  return undefined;
}

const keysOf = (value: object): (string | number)[] =>
  Array.isArray(value) ? Array.from(value.keys()) : Object.keys(value);

const METRICS: Path = ['analysis', 'metrics'];

function longQueries(form: unknown): Finding | undefined {
  const metrics = valueAt(form, METRICS);
  const queries = Array.isArray(metrics)
    ? metrics.map((metric) => (isRecord(metric) ? metric['query'] : undefined))
    : [];
  const length = queries.reduce<number>((sum, query) => sum + (typeof query === 'string' ? query.length : 0), 0);
  if (length <= MAX_QUERIES) return undefined;
  return {
    path: METRICS,
    isLarge: true,
    message: `has queries of ${length} characters together; at most ${MAX_QUERIES} are taken`,
  };
}
