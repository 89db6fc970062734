/** Whether a value of any shape has more fields and entries in all than so many; no more of it is looked at. */
export function hasMoreValues(value: unknown, most: number): boolean {
  const left: unknown[] = [value];
  let count = 0;
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== 'object' || next === null) continue;
    const entries: unknown[] = Array.isArray(next) ? next : Object.values(next);
    count += entries.length;
    if (count > most) return true;
    for (const entry of entries) left.push(entry);
  }
  return false;
}
