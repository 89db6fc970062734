import { createHash } from 'node:crypto';
import { POD_TEMPLATE_HASH, PREFIX, RESTARTED_AT } from '../keys.ts';
import type { PodTemplate } from '../kube.ts';

/**
 * JSON with sorted keys, without fields that are null or undefined (`creationTimestamp: null`): equal values give equal
 * text.
 */
export function canonical(value: unknown): string {
  return JSON.stringify(sorted(value));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((entry) => sorted(entry) ?? null);
  if (value === null || typeof value !== 'object') return value ?? undefined;
  // Written for speed: every admission and every tick compares whole templates, which mostly are in order already.
  const result = Object.create(null) as Record<string, unknown>;
  for (const key of inOrder(Object.keys(value))) {
    const entry = sorted((value as Record<string, unknown>)[key]);
    if (entry !== undefined) result[key] = entry;
  }
  return result;
}

const inOrder = (keys: string[]): string[] =>
  keys.some((key, index) => index > 0 && key < (keys[index - 1] ?? '')) ? keys.toSorted() : keys;

/** Whether a template's annotation makes no revision: that of a restart, and Headgate's own. */
export const isNeutral = (key: string): boolean => key === RESTARTED_AT || key.startsWith(PREFIX);

/**
 * The template without what does not make a revision: restarts, Headgate's own annotations, and the hash label that the
 * Deployment controller adds in a ReplicaSet.
 */
export function essence(template: PodTemplate): PodTemplate {
  const { metadata, spec } = template;
  return { metadata: essentialMetadata(metadata), spec };
}

function essentialMetadata(metadata: PodTemplate['metadata']): NonNullable<PodTemplate['metadata']> {
  const { labels, annotations, ...rest } = metadata ?? {};
  const keptLabels = pick(labels, (key) => key !== POD_TEMPLATE_HASH);
  const keptAnnotations = pick(annotations, (key) => !isNeutral(key));
  return {
    ...rest,
    ...(keptLabels && { labels: keptLabels }),
    ...(keptAnnotations && { annotations: keptAnnotations }),
  };
}

function pick(
  map: Record<string, string> | undefined,
  keep: (key: string) => boolean,
): Record<string, string> | undefined {
  const entries = Object.entries(map ?? {}).filter(([key]) => keep(key));
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

/** Whether two templates are the same revision: what the Deployment controller compares, less restarts and Headgate's own annotations. */
export const sameRevision = (a: PodTemplate, b: PodTemplate): boolean =>
  canonical(essence(a)) === canonical(essence(b));

/** The name of a template's revision: 10 hex digits of the SHA-256 of its canonical essence. */
export function revisionOf(template: PodTemplate): string {
  return createHash('sha256')
    .update(canonical(essence(template)))
    .digest('hex')
    .slice(0, 10);
}

/** The images of its containers, each once. */
export const imagesOf = ({ spec }: PodTemplate): string[] => [
  ...new Set((spec.containers ?? []).flatMap(({ image }) => image ?? [])),
];
