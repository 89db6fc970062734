import type { Canary } from '../rollout/machine/canary.ts';

export const OUTPUTS = ['json', 'yaml', 'wide'] as const;
export type OutputOption = (typeof OUTPUTS)[number];

/** As kubectl shows it: who manages which field is longer than all the rest. */
export function withoutManagers(canary: Canary): Canary {
  const { managedFields: _, ...metadata } = canary.metadata;
  return { ...canary, metadata };
}

/** A value as a text for programs. */
export async function dumped(value: object, format: 'json' | 'yaml'): Promise<string> {
  if (format === 'json') return `${JSON.stringify(value, undefined, 2)}\n`;
  return (await import('./yaml-text.ts')).yamlText(value);
}
