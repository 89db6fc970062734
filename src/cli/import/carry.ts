import { isRecord, type Path, pathText, valueAt } from '../../rollout/spec/rules/findings.ts';
import type { Around, Conversion, Field } from './field.ts';
import { type FieldTable, type Leaf, leavesOf } from './field-table.ts';
import type { Remark } from './remark.ts';

/** What came over of an object field by field, and what there is to say about it. */
export interface Carried {
  spec: Record<string, unknown>;
  remarks: Remark[];
}

/** Carries `spec` over by the rows of a table. What concerns more than one field at a time is not done here. */
export function carry(table: FieldTable, spec: unknown, around: Around): Carried {
  const carried: Carried = { spec: {}, remarks: [] };
  for (const leaf of leavesOf(table, spec, ['spec'])) {
    if ('problem' in leaf) carried.remarks.push(remarkOn('problem', leaf, leaf.problem));
    else if (leaf.field.fate === 'kept') keep(carried, { ...leaf, field: leaf.field }, around);
    else if (!leaf.field.isHarmless?.(leaf.value, around)) carried.remarks.push(farewell(leaf, leaf.field, spec));
  }
  return carried;
}

const keyOf = ([root, ...path]: Path): string => pathText(`${root}`, path);

const remarkOn = (kind: Remark['kind'], { path, value }: Pick<Leaf, 'path' | 'value'>, message: string): Remark => ({
  kind,
  key: keyOf(path),
  value,
  message,
});

function keep({ spec, remarks }: Carried, leaf: Leaf & { field: Field }, around: Around): void {
  const { field, path, value } = leaf;
  const converted: Conversion = field.convert?.(value, around) ?? { value: structuredClone(value) };
  if (converted.value !== undefined) assign(spec, targetOf(field, path), converted.value);
  if (converted.note !== undefined) remarks.push(remarkOn('note', leaf, converted.note));
  if (converted.lost !== undefined) remarks.push(remarkOn('lost', leaf, converted.lost));
}

/** Rows of several fields are told of once, as the map that they stand in. */
function farewell({ path, value }: Leaf, field: Field, spec: unknown): Remark {
  const isGroup = field.path.endsWith('}');
  const place = isGroup ? path.slice(0, -1) : path;
  const shown = isGroup ? valueAt({ spec }, place) : value;
  const message = field.fate === 'lost' ? `has no counterpart: ${field.words}` : `is not needed: ${field.words}`;
  const kind = field.fate === 'lost' ? 'lost' : 'unneeded';
  return { kind, key: keyOf(place), ...(!field.isSecret && { value: shown }), message };
}

/** Below `spec`, with the indexes of the place that the value comes from. */
function targetOf({ to }: Field, path: Path): Path {
  if (to === undefined) return path.slice(1);
  const indexes = path.filter((key) => typeof key === 'number');
  return to
    .split(/\.|(?=\[\])/)
    .slice(1)
    .map((key) => (key === '[]' ? (indexes.shift() ?? 0) : key));
}

/** Makes the maps and lists on the way. */
function assign(root: Record<string, unknown>, path: Path, value: unknown): void {
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
