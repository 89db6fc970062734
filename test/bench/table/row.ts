import { median } from '../support/statistics.ts';

/** `value` and `ratio` are the most that is allowed; `noise` allows what the runs themselves differ by. */
export type Target = { value: number } | { ratio: number } | 'noise';

/** What was measured of one thing: a value for each turn, NaN where it could not be measured. */
export interface Row {
  what: string;
  /** `ms`, `MB`, `%`, ...; empty for a number of things. */
  unit: string;
  values: readonly number[];
  /** The same of something else, measured in the same turns. */
  against?: { name: string; values: readonly number[] };
  target?: Target;
}

export interface Spread {
  median: number;
  least: number;
  most: number;
}

export type Verdict = 'met' | 'missed' | 'not measured' | '';

export interface Judged {
  row: Row;
  value: Spread;
  against?: Spread;
  /** Of the ratios of the turns, and not of the medians: what disturbs a turn disturbs both sides of it. */
  ratio?: Spread;
  verdict: Verdict;
}

/** Of what was measured; NaN of nothing. */
export function spreadOf(values: readonly number[]): Spread {
  const known = values.filter((value) => !Number.isNaN(value));
  if (known.length === 0) return { median: Number.NaN, least: Number.NaN, most: Number.NaN };
  return { median: median(known), least: Math.min(...known), most: Math.max(...known) };
}

export function judge(row: Row): Judged {
  const value = spreadOf(row.values);
  if (!row.against) return { row, value, verdict: verdictOf(row, value) };
  const others = row.against.values;
  const ratio = spreadOf(row.values.map((own, turn) => ratioOf(own, others[turn] ?? Number.NaN)));
  return { row, value, against: spreadOf(others), ratio, verdict: verdictOf(row, value, ratio) };
}

/** Nothing against nothing is as much. */
const ratioOf = (own: number, other: number): number => (own === 0 && other === 0 ? 1 : own / other);

/** By the median. */
function verdictOf({ target }: Row, value: Spread, ratio?: Spread): Verdict {
  if (Number.isNaN(value.median)) return 'not measured';
  if (target === undefined) return '';
  const [is, most] =
    target === 'noise'
      ? [ratio?.least ?? Number.NaN, 1]
      : 'value' in target
        ? [value.median, target.value]
        : [ratio?.median ?? Number.NaN, target.ratio];
  if (Number.isNaN(is)) return 'not measured';
  return is <= most ? 'met' : 'missed';
}
