import type { DashboardFile, Panel } from '../cluster/support/monitoring/queries.ts';
import type { Range, Series } from '../cluster/support/monitoring/range.ts';
import { graphSvg, type Line, type Moment } from './graph.ts';
import { escaped, STYLE } from './markup.ts';
import { formatted } from './units.ts';

export interface PictureInput {
  file: DashboardFile;
  range: Range;
  /** The answers to a query of the dashboard. */
  answers: (expr: string) => readonly Series[];
}

const COLUMN = 58;
const ROW = 30;
const HEAD = 40;
const GAP = 6;
const PALETTE = ['#73bf69', '#f2cc0c', '#b877d9', '#ff9830', '#5794f2', '#e02f44', '#8ab8ff', '#ffa6b0'];
/** As the dashboards say. */
const SIDES: Readonly<Record<string, string>> = { stable: '#5794f2', canary: '#ff780a' };
const MOMENTS: readonly string[] = ['#5794f2', '#b877d9'];

/** A dashboard as a page of HTML, drawn from its own JSON and the answers to its own queries. */
export function picture({ file, range, answers }: PictureInput): string {
  const moments = momentsOf(file, answers, range);
  const panels = file.panels.map((panel) => {
    const { x, y, w, h } = panel.gridPos;
    const box = { width: w * COLUMN - GAP, height: h * ROW - GAP };
    const place = `left:${x * COLUMN + GAP}px;top:${HEAD + y * ROW}px;width:${box.width}px;height:${box.height}px`;
    if (panel.type === 'row') return `<div class="row" style="${place}">${escaped(panel.title)}</div>`;
    const inside = panel.type === 'stat' ? statOf(panel, answers) : graphOf(panel, { answers, moments, range, ...box });
    return `<div class="panel" style="${place}"><h2>${escaped(panel.title)}</h2>${inside}</div>`;
  });
  return `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><h1>${escaped(file.title)}</h1>${panels.join('\n')}`;
}

/** Width and height of the page, in pixels. */
export function sizeOf({ panels }: DashboardFile): { width: number; height: number } {
  const rows = Math.max(...panels.map(({ gridPos: { y, h } }) => y + h));
  return { width: 24 * COLUMN + GAP, height: HEAD + rows * ROW + GAP };
}

function momentsOf({ annotations }: DashboardFile, answers: PictureInput['answers'], { from, to }: Range): Moment[] {
  return (annotations.list ?? []).flatMap(({ expr }, index) => {
    const values = answers(expr).flatMap(({ points }) => points.map(([, value]) => value));
    const times = [...new Set(values)].filter((at) => at >= from && at <= to);
    return times.map((at) => ({ at, colour: MOMENTS[index % MOMENTS.length] ?? '' }));
  });
}

const unitOf = ({ fieldConfig }: Panel): string => fieldConfig?.defaults.unit ?? 'none';

function statOf(panel: Panel, answers: PictureInput['answers']): string {
  const lines = linesOf(panel, answers);
  const last = lines.toSorted((one, other) => endOf(other) - endOf(one))[0];
  const value = last?.points.at(-1)?.[1];
  if (last === undefined || value === undefined) return '<div class="value">none</div>';
  const text = panel.options?.textMode === 'name' ? last.name : formatted(value, unitOf(panel));
  return `<div class="value">${escaped(text)}</div>`;
}

const endOf = ({ points }: Line): number => points.at(-1)?.[0] ?? 0;

interface Frame {
  answers: PictureInput['answers'];
  moments: readonly Moment[];
  range: Range;
  width: number;
  height: number;
}

function graphOf(panel: Panel, { answers, moments, range, width, height }: Frame): string {
  const lines = linesOf(panel, answers);
  const max = panel.fieldConfig?.defaults.max;
  const svg = graphSvg({ lines, moments, range, unit: unitOf(panel), max, width, height: height - 48 });
  const legend = lines.map(({ name, colour }) => `<span><i style="background:${colour}"></i>${escaped(name)}</span>`);
  return `${svg}<div class="legend">${legend.join('')}</div>`;
}

function linesOf({ targets = [] }: Panel, answers: PictureInput['answers']): Line[] {
  const series = targets.flatMap(({ expr, legendFormat }) =>
    answers(expr)
      .filter(({ points }) => points.length > 0)
      .map(({ labels, points }) => ({ name: named(legendFormat, labels), points })),
  );
  return series.map(({ name, points }, at) => ({
    name,
    points,
    colour: SIDES[name] ?? PALETTE[at % PALETTE.length] ?? '',
  }));
}

const named = (format: string, labels: Readonly<Record<string, string>>): string =>
  format.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => labels[name] ?? '');
