import { isRecord, type Path, pathText, valueAt } from '../../rollout/spec/rules/findings.ts';
import { elsewhere } from './conversions.ts';
import { type Conversion, type FieldRow, type FieldTable, type Leaf, leavesOf } from './field-table.ts';
import { isFilledIn } from './placeholders.ts';
import type { Remark, RemarkKind } from './remark.ts';

/** What came over of an object field by field, and what there is to say about it. */
export interface Carried {
  spec: Record<string, unknown>;
  remarks: Remark[];
}

/** Carries `spec` over by the rows of a table. What concerns more than one field at a time is not done here. */
export function carry(table: FieldTable, spec: unknown): Carried {
  const carried: Carried = { spec: {}, remarks: [] };
  for (const leaf of leavesOf(table, spec, ['spec'])) {
    if ('problem' in leaf) carried.remarks.push(remarkOn('problem', leaf, leaf.problem));
    else if (leaf.field.fate === 'kept') keep(carried, leaf, spec);
    else if (!leaf.field.isHarmless?.(leaf.value)) carried.remarks.push(farewell(leaf, leaf.field.fate, spec));
  }
  return carried;
}

const keyOf = ([root, ...path]: Path): string => pathText(`${root}`, path);

const remarkOn = (kind: RemarkKind, { path, value }: Pick<Leaf, 'path' | 'value'>, message: string): Remark => ({
  kind,
  key: keyOf(path),
  value,
  message,
});

type FieldLeaf = Extract<Leaf, { field: FieldRow }>;

function keep({ spec, remarks }: Carried, leaf: FieldLeaf, before: unknown): void {
  const { field, path } = leaf;
  const { value, ...words } = converted(leaf, before) ?? { value: structuredClone(leaf.value) };
  if (value !== undefined) assign(spec, targetOf(field, path), value);
  for (const kind of ['note', 'lost', 'unneeded'] as const) {
    const message = words[kind];
    if (message !== undefined) remarks.push(remarkOn(kind, leaf, message));
  }
}

/** What is filled in later is nothing that could be converted now. */
function converted({ field: { convert }, value }: FieldLeaf, before: unknown): Conversion | undefined {
  return convert !== elsewhere && isFilledIn(value) ? undefined : convert?.(value, before);
}

const FAREWELLS = { lost: 'has no counterpart', unneeded: 'is not needed' } as const;

/** Rows of several fields are told of once, as the map that they stand in. */
function farewell({ path, value, field }: FieldLeaf, fate: keyof typeof FAREWELLS, spec: unknown): Remark {
  const isGroup = field.path.endsWith('}');
  const place = isGroup ? path.slice(0, -1) : path;
  const shown = isGroup ? valueAt({ spec }, place) : value;
  const message = `${FAREWELLS[fate]}: ${field.words}`;
  return remarkOn(fate, { path: place, value: field.isSecret ? undefined : shown }, message);
}

/** Below `spec`, with the indexes of the place that the value comes from. */
function targetOf({ to }: FieldRow, path: Path): Path {
  if (to === undefined) return path.slice(1);
  const indexes = path.filter((key) => typeof key === 'number');
  return to
    .split(/\.|(?=\[\])/)
    .slice(1)
    .map((key) => (key === '[]' ? (indexes.shift() ?? 0) : key));
}

/** Makes the maps and lists on the way. */
export function assign(root: Record<string, unknown>, path: Path, value: unknown): void {
  let holder: object = root;
  for (const [index, key] of path.slice(0, -1).entries()) {
    const next: unknown = Reflect.get(holder, key);
    const made = typeof path[index + 1] === 'number' ? [] : {};
    const child = isRecord(next) || Array.isArray(next) ? next : made;
    Object.assign(holder, { [key]: child });
    holder = child;
  }
  Object.assign(holder, { [path.at(-1) ?? '']: value });
}
