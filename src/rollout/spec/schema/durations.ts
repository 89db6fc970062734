const UNITS = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;
const PARTS = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** The shape of a duration for those who need no parts of it; the empty text has it too, and is none. */
export const DURATION_PATTERN = '^([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$';

/** What a duration looks like, for a person. */
export const DURATION_EXAMPLES = '30s, 1m30s, 1h or 500ms';

/** Milliseconds of a text such as `1m30s`: whole numbers with h, m, s, ms, the largest unit first, each at most once. */
export function parseDuration(text: string): number | undefined {
  const parts = PARTS.exec(text);
  if (parts === null || text === '') return undefined;
  const total = Object.values(UNITS).reduce((sum, unit, index) => sum + Number(parts[index + 1] ?? 0) * unit, 0);
  return Number.isSafeInteger(total) ? total : undefined;
}

/** The text for whole milliseconds, as Headgate and PromQL both read it: `90000` gives `1m30s`. */
export function formatDuration(milliseconds: number): string {
  let rest = milliseconds;
  let text = '';
  for (const [name, unit] of Object.entries(UNITS)) {
    const count = Math.floor(rest / unit);
    rest -= count * unit;
    if (count > 0) text += `${count}${name}`;
  }
  return text === '' ? '0s' : text;
}
