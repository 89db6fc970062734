import { oneLine } from './text/status-text.ts';

/** One column: its heading, what stands in it, and how that is painted once it has its width. */
export interface Column<T> {
  heading: string;
  text: (row: T) => string;
  paint?: (padded: string, row: T) => string;
}

const GAP = '   ';

/** Lines with the columns under one another; empty cells show as `-`. No line ends in spaces. */
export function table<T>(columns: readonly Column<T>[], rows: readonly T[]): string[] {
  const laid = columns.map((column) => layOut(column, rows));
  const lines = [-1, ...rows.keys()].map((index) => laid.map((cells) => cells[index + 1] ?? '').join(GAP));
  return lines.map((line) => line.trimEnd());
}

/** The cells of a column, the heading first, all of one width. */
function layOut<T>({ heading, text, paint }: Column<T>, rows: readonly T[]): string[] {
  const texts = rows.map((row) => oneLine(text(row)) || '-');
  const width = Math.max(...[heading, ...texts].map((cell) => cell.length));
  const cells = rows.map((row, index) => {
    const padded = (texts[index] ?? '').padEnd(width);
    return paint ? paint(padded, row) : padded;
  });
  return [heading.padEnd(width), ...cells];
}
