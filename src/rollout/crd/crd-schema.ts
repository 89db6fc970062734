import * as z from 'zod';

/** A JSON schema as the API server takes it: structural, so `additionalProperties` only in a map, and no union. */
export interface StructuralSchema {
  type?: string;
  properties?: Record<string, StructuralSchema>;
  items?: StructuralSchema;
  required?: string[];
  /** Of a map: what each value is. `false` for what has fields of its own. */
  additionalProperties?: StructuralSchema | boolean;
  [keyword: string]: unknown;
}

/** The structural form of a schema's input: what a person may leave out is not required. */
export const structural = (schema: z.ZodType): StructuralSchema =>
  fixed(z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' }) as StructuralSchema);

const LARGEST_INT32 = 2_147_483_647;

function fixed({ additionalProperties: values, propertyNames: _keys, ...schema }: StructuralSchema): StructuralSchema {
  if (schema['x-kubernetes-int-or-string'] === true) return intOrString(schema);
  const { properties, items, maximum, ...rest } = schema;
  if (rest['x-kubernetes-preserve-unknown-fields'] === true) return rest;
  return {
    ...(typeof values === 'object' && !properties && { additionalProperties: fixed(values) }),
    ...rest,
    ...(maximum !== undefined && maximum !== LARGEST_INT32 && { maximum }),
    ...(rest.type === 'integer' && { format: 'int32' }),
    ...(items && { items: fixed(items) }),
    ...(properties && { properties: mapped(properties) }),
  };
}

/** The API server knows this union by its own keyword, and by nothing else. */
const intOrString = ({ anyOf: _union, type: _type, ...rest }: StructuralSchema): StructuralSchema => rest;

const mapped = (properties: Record<string, StructuralSchema>): Record<string, StructuralSchema> =>
  Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, fixed(property)]));
