import { isCollection, LineCounter, type ParsedNode, parseAllDocuments, visit, YAMLError } from 'yaml';

/** One document of a text, or what is wrong with it; both with the line, from 1. */
export type ParsedDocument = { line: number; value: unknown } | { line: number; error: string };

export const isBroken = (part: ParsedDocument): part is ParsedDocument & { error: string } => 'error' in part;

/** The documents of a text, which is JSON, any number of values one after the other, or YAML; what is null is not there. */
export function parsedDocuments(text: string): ParsedDocument[] {
  const json = jsonParts(text);
  if (json !== undefined && !json.some(isBroken)) return json;
  const yaml = yamlParts(text);
  return json !== undefined && yaml.some(isBroken) ? json : yaml;
}

/** Undefined: the text does not begin with a JSON map or list, or goes on with what looks like none. */
function jsonParts(text: string): ParsedDocument[] | undefined {
  const parts: ParsedDocument[] = [];
  let line = 1;
  for (let from = 0; from < text.length; ) {
    const start = startOf(text, from);
    if (start === text.length) break;
    if (text.charAt(start) !== '{' && text.charAt(start) !== '[') return undefined;
    line += linesIn(text, from, start);
    const end = endOf(text, start);
    const part = jsonPart(text.slice(start, end), line);
    if (parts.length === 0 && isBroken(part)) return undefined;
    parts.push(part);
    // Where one value does not end as it should, nothing tells where the next begins.
    if (isBroken(part)) break;
    line += linesIn(text, start, end);
    from = end;
  }
  return parts.length > 0 ? parts : undefined;
}

/** Where the next value begins, past blanks and the lines that divide YAML documents. */
function startOf(text: string, from: number): number {
  let at = from;
  while (at < text.length && (/\s/.test(text.charAt(at)) || isDivider(text, at))) at += isDivider(text, at) ? 3 : 1;
  return at;
}

const isDivider = (text: string, at: number): boolean =>
  text.startsWith('---', at) && (at === 0 || text.charAt(at - 1) === '\n');

/** Where the map or list that begins at `start` is closed, by its brackets outside of strings. */
function endOf(text: string, start: number): number {
  let depth = 0;
  let isString = false;
  for (let at = start; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '\\' && isString) at += 1;
    else if (character === '"') isString = !isString;
    else if (!isString && (character === '{' || character === '[')) depth += 1;
    else if (!isString && (character === '}' || character === ']')) depth -= 1;
    if (depth === 0 && !isString) return at + 1;
  }
  return text.length;
}

function jsonPart(text: string, line: number): ParsedDocument {
  try {
    return { line, value: JSON.parse(text, present) };
  } catch (error) {
    return { line, error: `is no JSON: ${messageOf(error)}` };
  }
}

function linesIn(text: string, from: number, to: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}

type YamlDocument = ReturnType<typeof parseAllDocuments<ParsedNode>>[number];

function yamlParts(text: string): ParsedDocument[] {
  const lineCounter = new LineCounter();
  const lineAt = (offset: number): number => lineCounter.linePos(offset).line;
  const options = { lineCounter, merge: true, prettyErrors: false, logLevel: 'error' } as const;
  try {
    return [...parseAllDocuments(text, options)].map((document) => yamlPart(document, lineAt));
  } catch (thrown) {
    return [{ line: 1, error: `is no YAML: ${messageOf(thrown)}` }];
  }
}

/** One complaint a document: what follows the first is mostly its consequence. */
function yamlPart(document: YamlDocument, lineAt: (offset: number) => number): ParsedDocument {
  const [error] = document.errors;
  if (error !== undefined) return { line: lineAt(error.pos[0]), error: `is no YAML: ${messageOf(error)}` };
  const strange = strangeKey(document);
  if (strange !== undefined)
    return { line: lineAt(strange), error: 'has a map or a list in the place of a key; write text, in quotes' };
  const line = lineAt(document.contents?.range?.[0] ?? document.range[0]);
  try {
    const value: unknown = document.toJS({ maxAliasCount: 1_000 });
    return { line, value: value === undefined ? value : JSON.parse(JSON.stringify(value), present) };
  } catch (thrown) {
    return { line, error: `is no YAML: ${messageOf(thrown)}` };
  }
}

/** Where a key stands that is no text: Kubernetes knows none, and YAML that is not rendered yet has them. */
function strangeKey(document: YamlDocument): number | undefined {
  let found: number | undefined;
  visit(document, {
    Pair(_key, { key }) {
      if (!isCollection(key)) return undefined;
      found = key.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return found;
}

const present = (_key: string, entry: unknown): unknown => entry ?? undefined;

/** Where recursion ends, the parser says it by a code, and what comes after it by a RangeError. */
function messageOf(error: unknown): string {
  if (error instanceof RangeError || (error instanceof YAMLError && error.code === 'RESOURCE_EXHAUSTION'))
    return 'it is nested too deep';
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ');
}
