import { isRecord, type Path } from '../../rollout/spec/rules/findings.ts';
import { hint } from '../../rollout/spec/wording/suggest.ts';

/** What becomes of a field: it comes over, it has no counterpart, or Headgate works without it. */
export type Fate = 'kept' | 'lost' | 'unneeded';

/** What a field's value is in Headgate's object; without a value the field is left out there. */
export interface Conversion {
  value?: unknown;
  /** What of the value did not come over, and what to do. This and the others are predicates on Flagger's value. */
  lost?: string;
  /** What is different now. */
  note?: string;
  /** Why it is left out, though nothing is lost. */
  unneeded?: string;
}

/** The whole `spec` is there for what a value means only beside others. */
export type Convert = (value: unknown, spec: unknown) => Conversion;

/** One row of the reference: fields that stand beside one another and share their fate. */
export interface FieldRow {
  /** The path in Flagger's object: `[]` for each entry of a list, `{a,b}` at the end for several fields of one map. */
  path: string;
  fate: Fate;
  /** Where the value goes, if not to the same path. */
  to?: string;
  convert?: Convert;
  /** Of a kept field, what differs; of any other, why it is not there and what to do. Reports and documentation say it. */
  words?: string;
  /** A value with which Flagger does what Headgate does anyway: nothing is lost, and nothing is said. */
  isHarmless?: (value: unknown) => boolean;
  /** The value must not be shown. */
  isSecret?: true;
}

type Cells = Omit<FieldRow, 'path'>;

export const comesOver = (cells: Omit<Cells, 'fate'> = {}): Cells => ({ fate: 'kept', ...cells });

export const lost = (words: string, isHarmless?: FieldRow['isHarmless']): Cells => ({
  fate: 'lost',
  words,
  ...(isHarmless && { isHarmless }),
});

export const unneeded = (words: string): Cells => ({ fate: 'unneeded', words });

/** Rows by their paths below `root`. */
export const fieldsBelow = (root: string, rows: Readonly<Record<string, Cells>>): FieldRow[] =>
  Object.entries(rows).map(([name, cells]) => ({ path: `${root}.${name}`, ...cells }));

/** The paths that a row is about. */
export function pathsOf({ path }: FieldRow): string[] {
  const [, holder, names] = /^([^{}]*)\.\{([^{}]*)\}$/.exec(path) ?? [];
  return names === undefined ? [path] : names.split(',').map((name) => `${holder}.${name}`);
}

/** The fields of one kind of Flagger's objects, for looking up. */
export interface FieldTable {
  /** Rows by path. */
  rows: ReadonlyMap<string, FieldRow>;
  /** Names of fields by the path of the map that they stand in. */
  inside: ReadonlyMap<string, readonly string[]>;
}

export function tableOf(fields: readonly FieldRow[]): FieldTable {
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
export type Leaf = { path: Path; value: unknown } & ({ field: FieldRow } | { problem: string });

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
