const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const;

/** At this many of a unit, the next smaller one says nothing any more. */
const ENOUGH = { d: 8, h: 8, m: 10, s: 0 } as const;

/** How long something took, in whole seconds and at most two units: `45s`, `3m20s`, `2d4h`, `12d`; `-` if it is not known. */
export function age(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return '-';
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  const index = UNITS.findIndex(([, size]) => seconds >= size);
  const [unit, size] = UNITS[index] ?? ['s', 1];
  const count = Math.floor(seconds / size);
  const [smaller, smallerSize] = UNITS[index + 1] ?? ['s', 1];
  const rest = Math.floor((seconds % size) / smallerSize);
  return count >= ENOUGH[unit] || rest === 0 ? `${count}${unit}` : `${count}${unit}${rest}${smaller}`;
}

/** The time since an RFC 3339 time; `-` where there is none. */
export const ageOf = (time: string | undefined, now: number): string =>
  time === undefined ? '-' : age(now - Date.parse(time));
