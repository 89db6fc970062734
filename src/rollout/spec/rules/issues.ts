import * as z from 'zod';
import { hint } from '../wording/suggest.ts';
import type { Finding, Path } from './findings.ts';

/** Unknown keys for which it is looked what was probably meant: no more are shown to anybody. */
const MOST_HINTS = 40;

/** The schema's complaints as findings, an unknown key each its own, with what was probably meant. */
export function findingsOf(error: z.ZodError, schema: z.ZodType): Finding[] {
  let hints = 0;
  return error.issues.flatMap((issue) => {
    const path = issue.path.filter((key) => typeof key !== 'symbol');
    if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }];
    const known = keysAt(schema, path);
    return issue.keys.map((key) => {
      const words = hints++ < MOST_HINTS ? `is no known field; ${hint(key, known)}` : 'is no known field';
      return { path: [...path, key], message: words };
    });
  });
}

/** The names of the fields at a path of a schema. */
function keysAt(schema: z.ZodType, path: Path): string[] {
  const inner = path.reduce<unknown>((at, key) => child(unwrapped(at), key), schema);
  const object = unwrapped(inner);
  return object instanceof z.ZodObject ? Object.keys(object.shape) : [];
}

function child(schema: unknown, key: string | number): unknown {
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodRecord) return schema.valueType;
  return schema instanceof z.ZodObject ? schema.shape[key] : undefined;
}

function unwrapped(schema: unknown): unknown {
  let inner = schema;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault) {
    inner = inner.unwrap();
  }
  return inner;
}
