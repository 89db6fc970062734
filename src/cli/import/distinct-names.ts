import { isRecord } from '../../rollout/spec/rules/findings.ts';
import type { Remark } from './remark.ts';

/** The entries of a list, each with a name of its own: Headgate tells them apart by it, and Flagger does not. */
export function distinctNames(entries: readonly unknown[], keyOf: (index: number) => string) {
  const remarks: Remark[] = [];
  const taken = new Set<unknown>();
  const named = entries.map((entry, index) => {
    if (!isRecord(entry)) return entry;
    const name = freeName(entry['name'], taken);
    taken.add(name);
    if (name === entry['name']) return entry;
    remarks.push({
      kind: 'note',
      key: `${keyOf(index)}.name`,
      value: entry['name'],
      message: `stands there twice, and names must differ: ${String(name)} is written`,
    });
    return { ...entry, name };
  });
  return { entries: named, remarks };
}

function freeName(name: unknown, taken: ReadonlySet<unknown>): unknown {
  if (typeof name !== 'string' || !taken.has(name)) return name;
  let number = 2;
  while (taken.has(`${name}-${number}`)) number++;
  return `${name}-${number}`;
}
