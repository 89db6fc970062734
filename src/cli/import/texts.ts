import { isRecord, valueAt } from '../../rollout/spec/rules/findings.ts';

/** The text at a path of an object; undefined where there is none. */
export function textAt(value: unknown, ...path: string[]): string | undefined {
  const found = valueAt(value, path);
  return typeof found === 'string' ? found : undefined;
}

/** The texts of a map at a path; what is no text is left out. */
export function textsAt(value: unknown, ...path: string[]): Record<string, string> {
  const found = valueAt(value, path);
  const entries = Object.entries(isRecord(found) ? found : {});
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** The entries of a list at a path; none where there is no list. */
export function entriesAt(value: unknown, ...path: string[]): unknown[] {
  const found = valueAt(value, path);
  return Array.isArray(found) ? found : [];
}

/** `namespace/name` of an object, as far as it says. */
export const labelOf = (value: unknown): string =>
  [textAt(value, 'metadata', 'namespace'), textAt(value, 'metadata', 'name')].filter(Boolean).join('/');
