import type { Judged, Row, Spread } from './row.ts';

export const COLUMNS = ['what', 'Headgate', 'beside it', 'ratio (least–most)', 'target', ''] as const;

/** The cells of a row, in the order of the columns. */
export function cellsOf({ row, value, against, ratio, verdict }: Judged): string[] {
  return [
    row.what,
    amount(value.median, row.unit),
    row.against && against ? `${amount(against.median, row.unit)} ${row.against.name}` : '',
    ratio ? range(ratio) : ofValues(value),
    targetOf(row),
    verdict,
  ];
}

/** Three figures, or none behind the point where there are as many before it. */
export function figure(value: number): string {
  if (Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return '∞';
  const size = Math.abs(value);
  if (size === 0) return '0';
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

export const amount = (value: number, unit: string): string =>
  unit === '' || Number.isNaN(value) ? figure(value) : `${figure(value)} ${unit}`;

const range = ({ median, least, most }: Spread): string => `${figure(median)} (${figure(least)}–${figure(most)})`;

/** Where there is no ratio, what the values themselves differ by. */
const ofValues = ({ least, most }: Spread): string =>
  least === most || Number.isNaN(least) ? '' : `(${figure(least)}–${figure(most)})`;

function targetOf({ target, unit }: Row): string {
  if (target === undefined) return '';
  if (target === 'noise') return 'noise';
  return 'value' in target ? `≤ ${amount(target.value, unit)}` : `≤ ${figure(target.ratio)} ×`;
}
