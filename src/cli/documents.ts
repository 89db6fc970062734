import { LineCounter, parseAllDocuments } from 'yaml';
import { isRecord } from '../rollout/spec/rules/findings.ts';
import { shown } from '../rollout/spec/wording/explain.ts';

/** One object of a file. */
export interface SourceObject {
  /** Where it stands, for a person: `app.yaml, document 2 (line 14)`. */
  place: string;
  value: Record<string, unknown>;
}

export interface SourceReading {
  objects: SourceObject[];
  /** What is wrong with the text itself, each with its place. */
  errors: string[];
}

/** The objects of a YAML or JSON text with any number of documents, those of Lists among them. */
export function readSource(file: string, text: string): SourceReading {
  const lineCounter = new LineCounter();
  const documents = [...parseAllDocuments(text, { lineCounter, merge: true, prettyErrors: false })];
  const source: SourceReading = { objects: [], errors: [] };
  for (const [index, document] of documents.entries()) {
    const lineAt = (offset: number): number => lineCounter.linePos(offset).line;
    const start = document.contents?.range?.[0] ?? document.range[0];
    const place = `${file}, document ${index + 1} (line ${lineAt(start)})`;
    const errors = document.errors.map(
      (error) => `${file}, line ${lineAt(error.pos[0])}: is no YAML: ${error.message}`,
    );
    source.errors.push(...errors);
    if (errors.length === 0) addObjects(source, place, contentOf(document));
  }
  return source;
}

function addObjects(source: SourceReading, place: string, value: unknown): void {
  if (value === null || value === undefined) return;
  if (!isRecord(value)) {
    source.errors.push(`${place}: is no Kubernetes object, but ${shown(value)}`);
    return;
  }
  const items = String(value['kind']).endsWith('List') ? value['items'] : undefined;
  if (!Array.isArray(items)) source.objects.push({ place, value });
  else for (const [index, item] of items.entries()) addObjects(source, `${place}, item ${index + 1}`, item);
}

/** As the API server takes it: what is null is not there. Undefined where aliases would grow without bound. */
function contentOf(document: { toJS(options: { maxAliasCount: number }): unknown }): unknown {
  const value = document.toJS({ maxAliasCount: 1_000 });
  return value === undefined
    ? undefined
    : JSON.parse(JSON.stringify(value), (_key, entry: unknown) => entry ?? undefined);
}
