import type { Range, Series } from '../cluster/support/monitoring/range.ts';
import { escaped } from './markup.ts';
import { formatted } from './units.ts';

export interface Line {
  name: string;
  colour: string;
  points: Series['points'];
}

/** Something that happened, drawn across the panel. */
export interface Moment {
  at: number;
  colour: string;
}

export interface GraphInput {
  lines: readonly Line[];
  moments: readonly Moment[];
  range: Range;
  unit: string;
  /** Of the vertical axis, where the dashboard says so. */
  max?: number | undefined;
  width: number;
  height: number;
}

const LEFT = 58;
const BOTTOM = 18;
const TICKS = 4;

/** A time series panel as SVG. */
export function graphSvg({ lines, moments, range, unit, max, width, height }: GraphInput): string {
  const top = max ?? niceMax(Math.max(...lines.flatMap(({ points }) => points.map(([, value]) => value)), 0));
  const x = (at: number): number => LEFT + ((at - range.from) / (range.to - range.from)) * (width - LEFT - 6);
  const y = (value: number): number => 6 + (1 - value / top) * (height - BOTTOM - 6);
  const marks = [...Array(TICKS + 1).keys()].map((at) => (top / TICKS) * at);
  const grid = marks.map(
    (value) =>
      `<line class="grid" x1="${LEFT}" x2="${width - 6}" y1="${y(value)}" y2="${y(value)}"/>
<text class="axis" text-anchor="end" x="${LEFT - 6}" y="${y(value) + 4}">${escaped(formatted(value, unit))}</text>`,
  );
  const times = [0.1, 0.3, 0.5, 0.7, 0.9].map((share) => {
    const at = range.from + share * (range.to - range.from);
    return `<text class="axis" text-anchor="middle" x="${x(at)}" y="${height - 3}">${new Date(at).toISOString().slice(11, 19)}</text>`;
  });
  const drawn = lines.map(
    ({ colour, points }) => `<path d="${path(points, range, x, y)}" stroke="${colour}" class="line"/>`,
  );
  const marked = moments.map(
    ({ at, colour }) =>
      `<line class="moment" stroke="${colour}" x1="${x(at)}" x2="${x(at)}" y1="6" y2="${height - BOTTOM}"/>`,
  );
  const nothing = lines.length > 0 ? '' : `<text class="none" x="${width / 2}" y="${height / 2}">No data</text>`;
  return `<svg width="${width}" height="${height}">${[...grid, ...times, ...marked, ...drawn, nothing].join('\n')}</svg>`;
}

/** Broken where points are missing. */
function path(points: Series['points'], { stepS }: Range, x: (at: number) => number, y: (v: number) => number): string {
  return points
    .map(([at, value], index) => {
      const before = points[index - 1]?.[0] ?? Number.NEGATIVE_INFINITY;
      const isBroken = at - before > stepS * 1_500;
      return `${isBroken ? 'M' : 'L'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
    })
    .join('');
}

/** The next number of one digit. */
function niceMax(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return Math.ceil(value / power) * power;
}
