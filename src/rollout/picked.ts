/** The fields of an object that are named, and there. */
export function picked<T extends object>(object: T, fields: readonly (keyof T)[]): Partial<T> {
  const result: Partial<T> = {};
  for (const field of fields) if (object[field] !== undefined) result[field] = object[field];
  return result;
}
