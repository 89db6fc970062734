import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The text of a page, by its path below the root. */
export const page = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Every page of the documentation. */
export const pages = (): string[] =>
  globSync(['*.md', 'docs/**/*.md', 'src/**/*.md', 'test/**/*.md', 'manifests/**/*.md'], { cwd: ROOT }).toSorted();

/** The part of a page below a heading, down to the next one of the same level or a higher one. */
export function section(text: string, heading: string): string {
  const lines = text.split('\n');
  const start = lines.indexOf(heading);
  if (start < 0) throw new Error(`there is no heading ${heading}`);
  const level = heading.indexOf(' ');
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => /^#+ /.test(line) && line.indexOf(' ') <= level);
  return rest.slice(0, end < 0 ? undefined : end).join('\n');
}

/** The cells of the rows of all tables in a text, without their headings; code marks are taken off the first cell. */
export function rows(text: string): string[][] {
  const lines = text.split('\n');
  const isRow = (line: string | undefined): boolean => line?.startsWith('|') ?? false;
  const isRule = (line: string | undefined): boolean => /^\|[-|: ]+\|$/.test(line ?? '');
  const found = lines.filter((line, index) => isRow(line) && !isRule(line) && !isRule(lines[index + 1]));
  return found.map((line) => {
    const [first = '', ...others] = line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim());
    return [code(first), ...others];
  });
}

/** `text` of `` `text` ``; any other text as it is. */
export const code = (cell: string): string => /^`([^`]*)`$/.exec(cell)?.[1] ?? cell;

export const firstCells = (text: string): string[] => rows(text).map(([first = '']) => first);
