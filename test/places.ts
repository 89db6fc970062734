/** Where something stands in a value. */
export type Path = readonly (string | number)[];

/** Every place in a value, the value itself left out. */
export function placesIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value);
  return [...keys].flatMap((key) => [[...path, key], ...placesIn(Reflect.get(value, key), [...path, key])]);
}

/** The same with another value at a place; undefined takes it out. */
export function put(value: unknown, [key, ...rest]: Path, wanted: unknown): unknown {
  if (key === undefined) return wanted;
  const copy: object = Array.isArray(value) ? [...value] : { ...(value as object) };
  Reflect.set(copy, key, put(Reflect.get(copy, key), rest, wanted));
  return copy;
}
