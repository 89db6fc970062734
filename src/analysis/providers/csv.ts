/** A table of an answer in CSV: the names of its columns, and its rows. */
export interface CsvTable {
  columns: string[];
  rows: string[][];
}

/** A field with or without quotes, and what ends it. */
const FIELD = /(?:"((?:[^"]|"")*)"|([^",\n\r]*))(,|\r?\n|$)/y;

/** Tables with an empty line between them, as InfluxDB writes them. Lines that begin with # are notes on what follows. */
export function csvTables(text: string): CsvTable[] {
  const tables: CsvTable[] = [];
  let table: CsvTable | undefined;
  for (const fields of linesOf(text)) {
    if (fields.length === 1 && fields[0] === '') table = undefined;
    else if (fields[0]?.startsWith('#')) continue;
    else if (table === undefined) tables.push((table = { columns: fields, rows: [] }));
    else table.rows.push(fields);
  }
  return tables;
}

function linesOf(text: string): string[][] {
  const lines: string[][] = [];
  let fields: string[] = [];
  FIELD.lastIndex = 0;
  while (FIELD.lastIndex < text.length) {
    const match = FIELD.exec(text);
    if (match === null) break;
    const [, quoted, plain = '', end] = match;
    fields.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ',') continue;
    lines.push(fields);
    fields = [];
  }
  return lines;
}
