import { isRecord } from '../rollout/spec/rules/findings.ts';
import { shown } from '../rollout/spec/wording/explain.ts';
import { isBroken, parsedDocuments } from './parsed-documents.ts';
import { isBinary } from './source-text.ts';
import { templateLine } from './text/template-text.ts';

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

/** Of a file without end that is something else, the first few complaints say it. */
const MAX_ERRORS = 3;

/**
 * The objects of a YAML or JSON text with any number of documents, those of Lists among them.
 * @param isNamed somebody meant this very file, so that all that is in it should be objects
 */
export function readSource(file: string, text: string, isNamed = true): SourceReading {
  if (isBinary(text)) return { objects: [], errors: [`${file}: is no text`] };
  const parts = parsedDocuments(text);
  const line = parts.some(isBroken) ? templateLine(text) : undefined;
  if (line !== undefined) return { objects: [], errors: [`${file}, line ${line}: ${NOT_RENDERED}`] };
  const objects = parts.flatMap((part, index) =>
    isBroken(part) ? [] : objectsOf(`${file}, document ${index + 1} (line ${part.line})`, part.value),
  );
  const errors = parts.filter(isBroken).map(({ line, error }) => `${file}, line ${line}: ${error}`);
  const strays = isNamed ? objects.filter((found) => !isObject(found)).map(strayWords) : [];
  return { objects: objects.filter(isObject), errors: [...few(errors, file), ...few(strays, file)] };
}

export const NOT_RENDERED =
  'is a template that is not rendered yet; render it (helm template, or whatever it is for) and give what comes out';

function few(errors: readonly string[], file: string): string[] {
  const more = errors.length - MAX_ERRORS;
  return more > 0 ? [...errors.slice(0, MAX_ERRORS), `${file}: ${more} more of its documents are such`] : [...errors];
}

interface Found {
  place: string;
  value: unknown;
}

const isObject = (found: Found): found is SourceObject => isRecord(found.value);

const strayWords = ({ place, value }: Found): string =>
  Array.isArray(value)
    ? `${place}: is no Kubernetes object, but ${shown(value)}; several objects are documents, or the items of a List`
    : `${place}: is no Kubernetes object, but ${shown(value)}`;

function objectsOf(place: string, value: unknown): Found[] {
  if (value === null || value === undefined) return [];
  const items = isRecord(value) && String(value['kind']).endsWith('List') ? value['items'] : undefined;
  if (!Array.isArray(items)) return [{ place, value }];
  return items.flatMap((item, index) => objectsOf(`${place}, item ${index + 1}`, item));
}
