import { parse } from 'yaml';
import { page } from './pages.ts';

interface Schema {
  properties?: Record<string, Schema>;
  default?: unknown;
}

/** The schema of `spec` in a CustomResourceDefinition. @param path below the root */
export function specOf(path: string): Schema {
  const definition = parse(page(path)) as { spec: { versions: { schema: { openAPIV3Schema: Schema } }[] } };
  return definition.spec.versions[0]?.schema.openAPIV3Schema.properties?.['spec'] ?? {};
}

/** Every field that has no fields of its own, by its path, with its default. */
export const fieldsOf = ({ properties = {} }: Schema, prefix = ''): [path: string, value: unknown][] =>
  Object.entries(properties).flatMap(([name, field]): [string, unknown][] =>
    field.properties ? fieldsOf(field, `${prefix}${name}.`) : [[`${prefix}${name}`, field.default]],
  );
