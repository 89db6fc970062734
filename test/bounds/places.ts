import { z } from 'zod';

/** A field of a schema. */
export interface Place {
  path: readonly string[];
  /** The object with a value at that place; lists and maps on the way get one entry. */
  within: (object: object, value: unknown) => unknown;
}

/** Every field that a schema has, and what is inside of its lists and maps. */
export function placesOf(schema: unknown, path: readonly string[] = []): Place[] {
  const inner = unwrapped(schema);
  const own: Place[] = path.length === 0 ? [] : [{ path, within: (object, value) => put(object, path, value) }];
  return [...own, ...childrenOf(inner).flatMap(([key, child]) => placesOf(child, [...path, key]))];
}

function childrenOf(schema: unknown): [key: string, child: unknown][] {
  if (schema instanceof z.ZodObject) return Object.entries(schema.shape);
  if (schema instanceof z.ZodArray) return [['0', schema.element]];
  return schema instanceof z.ZodRecord ? [['key', schema.valueType]] : [];
}

function unwrapped(schema: unknown): unknown {
  let inner = schema;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault) {
    inner = inner.unwrap();
  }
  return inner;
}

function put(object: unknown, [key = '', ...rest]: readonly string[], value: unknown): unknown {
  const at = (inner: unknown) => (rest.length === 0 ? value : put(inner, rest, value));
  if (key === '0') return [at(undefined)];
  const fields = typeof object === 'object' && object !== null ? object : {};
  return { ...fields, [key]: at(Reflect.get(fields, key)) };
}
