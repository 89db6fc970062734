import { table } from '../support/table.ts';
import { judge, type Row } from './row.ts';
import { COLUMNS, cellsOf } from './words.ts';

/** The rows of one part. */
export interface Section {
  title: string;
  /** What was done, in a sentence or two. */
  about: string;
  turns: number;
  rows: readonly Row[];
}

const BEGIN = '<!-- figures: `npm run bench` writes what is between these two lines -->';
const END = '<!-- end of the figures -->';

/** For a terminal. */
export function text(sections: readonly Section[]): string {
  const part = ({ title, turns, rows }: Section): string =>
    [`${title} (${times(turns)})`, table([[...COLUMNS], ...rows.map((row) => cellsOf(judge(row)))])].join('\n');
  return sections.map(part).join('\n\n');
}

/** The page with these figures in the place of those that it had; its other words stay. */
export function written(page: string, machine: string, sections: readonly Section[]): string {
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`the page lacks the line ${BEGIN} or ${END}`);
  return [`${before}${BEGIN}`, '', machine, '', sections.map(markdown).join('\n\n'), '', `${END}${after}`].join('\n');
}

function markdown({ title, about, turns, rows }: Section): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const body = rows.map((row) => line(cellsOf(judge(row))));
  return [
    `### ${title}`,
    '',
    `${about} (${times(turns)})`,
    '',
    line(COLUMNS),
    '|---|---|---|---|---|---|',
    ...body,
  ].join('\n');
}

const times = (turns: number): string => (turns === 1 ? 'one run' : `median of ${turns} runs`);
