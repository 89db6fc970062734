import type { Colour, Paint } from './paint.ts';

/** A piece of text in one colour. */
export interface Span {
  text: string;
  colour?: Colour;
  /** Room that it takes in a column; default: its own length. */
  width?: number;
}

/** One thing of an outline: its line of cells, lines of text below it, and what belongs to it. */
export interface Entry {
  cells: readonly Span[];
  details?: readonly Span[];
  entries?: readonly Entry[];
}

export interface OutlineOptions {
  paint: Paint;
  /** Columns of the terminal: what is longer goes on below. Without it nothing is folded. */
  width?: number;
}

const GAP = 2;
/** On a terminal that is narrower still, lines run over its edge. */
const LEAST_WIDTH = 40;

/** Lines with branches drawn before them. No line ends in spaces. */
export function outline(root: Entry, { paint, width }: OutlineOptions): string[] {
  const columns = width === undefined ? Number.POSITIVE_INFINITY : Math.max(width, LEAST_WIDTH);
  return rowsOf(root, { first: '', rest: '' }, columns).map(
    ({ branch, line }) => `${branch && paint('dim', branch)}${line.map((piece) => inked(piece, paint)).join('')}`,
  );
}

interface Row {
  branch: string;
  line: readonly Piece[];
}

/** @param before what stands before the first line, and before all others. */
function rowsOf(entry: Entry, before: { first: string; rest: string }, columns: number): Row[] {
  const { cells, details = [], entries = [] } = entry;
  const below = `${before.rest}${entries.length > 0 ? '│  ' : '   '}`;
  const room = columns - below.length;
  const [head = [], ...more] = folded(cells, { first: columns - before.first.length, rest: room });
  const text = details.flatMap((detail) => folded([detail], { first: room, rest: room }));
  const branches = entries.flatMap((child, index) => {
    const [first, rest] = index < entries.length - 1 ? ['├─ ', '│  '] : ['└─ ', '   '];
    return rowsOf(child, { first: `${before.rest}${first}`, rest: `${before.rest}${rest}` }, columns);
  });
  return [
    { branch: before.first, line: head },
    ...[...more, ...text].map((line) => ({ branch: below, line })),
    ...branches,
  ];
}

/** The same entries with their cells under one another. The last of each has the room that is left. */
export function aligned(entries: readonly Entry[]): Entry[] {
  const inner = entries.map(({ cells }) => cells.slice(0, -1));
  const count = Math.max(0, ...inner.map((cells) => cells.length));
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(0, ...inner.map((cells) => cells[column]?.text.length ?? 0)),
  );
  return entries.map((entry) => ({
    ...entry,
    cells: entry.cells.map((cell, column) => ({ ...cell, width: widths[column] ?? cell.text.length })),
  }));
}

/** What stands on a line, and the spaces before it. */
interface Piece {
  before: number;
  text: string;
  colour?: Colour | undefined;
}

const inked = ({ before, text, colour }: Piece, paint: Paint): string =>
  `${' '.repeat(before)}${colour === undefined ? text : paint(colour, text)}`;

/** Cells on as many lines as they need: broken between two of them, or between words where one alone is too long. */
function folded(cells: readonly Span[], room: { first: number; rest: number }): Piece[][] {
  const lines: Piece[][] = [[]];
  let left = room.first;
  let gap = 0;
  const put = (text: string, colour?: Colour): void => {
    const begins = lines.at(-1)?.length === 0;
    if (!begins && gap + text.length > left) {
      lines.push([]);
      left = room.rest;
      gap = 0;
    }
    const last = lines.at(-1)?.at(-1);
    if (last !== undefined && gap === 1) last.text += ` ${text}`;
    else lines.at(-1)?.push({ before: gap, text, colour });
    left -= gap + text.length;
  };
  for (const { text, colour, width = text.length } of cells) {
    const parts = text.length <= room.rest ? [text] : text.split(' ');
    for (const part of text === '' ? [] : parts) {
      put(part, colour);
      gap = 1;
    }
    gap = (text === '' ? gap + width : Math.max(0, width - text.length)) + GAP;
  }
  return lines;
}
