import type { SourceObject } from '../documents.ts';
import { labelOf, textAt } from './texts.ts';

/** A MetricTemplate of the input. */
export interface Template {
  /** `namespace/name`, as far as it says. */
  label: string;
  name: string;
  namespace: string | undefined;
  provider: string;
  query: string;
}

export const templateOf = ({ value }: SourceObject): Template => ({
  label: labelOf(value),
  name: textAt(value, 'metadata', 'name') ?? '',
  namespace: textAt(value, 'metadata', 'namespace'),
  provider: textAt(value, 'spec', 'provider', 'type') ?? '',
  query: textAt(value, 'spec', 'query') ?? '',
});

/** The one of that name in the namespace; else one that names none, for it may be applied there. */
export function findTemplate(templates: readonly Template[], name: string, namespace?: string): Template | undefined {
  const named = templates.filter((template) => template.name === name);
  return (
    named.find((template) => template.namespace === namespace) ??
    named.find((template) => template.namespace === undefined)
  );
}
