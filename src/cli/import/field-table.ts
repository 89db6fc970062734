import { isRecord, type Path } from '../../rollout/spec/rules/findings.ts';
import { hint } from '../../rollout/spec/wording/suggest.ts';
import { type Field, pathsOf } from './field.ts';

/** The fields of one kind of Flagger's objects, for looking up. */
export interface FieldTable {
  /** Rows by path. */
  rows: ReadonlyMap<string, Field>;
  /** Names of fields by the path of the map that they stand in. */
  inside: ReadonlyMap<string, readonly string[]>;
}

export function tableOf(fields: readonly Field[]): FieldTable {
  const rows = new Map(fields.flatMap((field) => pathsOf(field).map((path) => [path, field] as const)));
  const inside = new Map<string, string[]>();
  for (const path of rows.keys()) addHolders(inside, path);
  return { rows, inside };
}

function addHolders(inside: Map<string, string[]>, path: string): void {
  const end = path.lastIndexOf('.');
  if (end < 0) return;
  const [holder, name] = [path.slice(0, end), path.slice(end + 1).replace(/\[\]$/, '')];
  const names = inside.get(holder) ?? [];
  if (!names.includes(name)) inside.set(holder, [...names, name]);
  addHolders(inside, holder);
}

/** `spec.analysis.metrics[].name` for a place in an object. */
export const patternOf = (path: Path): string =>
  path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[]` : text === '' ? key : `${text}.${key}`),
    '',
  );

/** One field that somebody wrote: with its row, or with what is wrong. */
export type Leaf = { path: Path; value: unknown } & ({ field: Field } | { problem: string });

/** Every field of an object below a path, in the order in which they stand there. */
export function leavesOf(table: FieldTable, value: unknown, path: Path): Leaf[] {
  const pattern = patternOf(path);
  const field = table.rows.get(pattern);
  if (field !== undefined) return [{ path, value, field }];
  const wanted = table.inside.has(pattern) ? 'map' : table.inside.has(`${pattern}[]`) ? 'list' : undefined;
  if (wanted === undefined) return [{ path, value, problem: unknown(table, path) }];
  if (wanted === 'map' && isRecord(value)) {
    return Object.entries(value).flatMap(([key, entry]) => leavesOf(table, entry, [...path, key]));
  }
  if (wanted === 'list' && Array.isArray(value)) {
    return value.flatMap((entry: unknown, index) => leavesOf(table, entry, [...path, index]));
  }
  return [{ path, value, problem: `must be a ${wanted}` }];
}

function unknown({ inside }: FieldTable, path: Path): string {
  const known = inside.get(patternOf(path.slice(0, -1))) ?? [];
  return `is no field of Flagger's, and is left out; ${hint(`${path.at(-1)}`, known)}`;
}
