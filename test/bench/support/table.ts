/** Rows as text with columns that line up: the first column to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const pad = (cell: string, column: number): string =>
    column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0);
  return rows.map((row) => `  ${row.map(pad).join('  ')}`).join('\n');
}

export const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 1)} ms`;
export const ratio = (value: number): string => value.toFixed(2);
export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
export const megabytes = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MiB`;
export const kilobytes = (bytes: number): string => `${(bytes / 1_024).toFixed(1)} KiB`;
