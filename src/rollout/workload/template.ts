import { hash } from 'node:crypto';
import { CONFIG, POD_TEMPLATE_HASH, PREFIX, RESTARTED_AT } from '../keys.ts';
import type { PodTemplate } from '../kube.ts';

/**
 * JSON with sorted keys, without fields that are null or undefined (`creationTimestamp: null`): equal values give equal
 * text. Written for speed, as templates may be large: no copy is made of what is in another order.
 */
export function canonical(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null);
  return Array.isArray(value) ? `[${value.map((entry) => canonical(entry)).join()}]` : mapText(value as Fields);
}

function mapText(map: Fields): string {
  let text = '';
  for (const key of inOrder(Object.keys(map))) {
    const value = map[key] ?? undefined;
    if (value !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonical(value)}`;
  }
  return `{${text}}`;
}

/** Where one is a whole number, objects begin with those in their own order: revisions have been made of such texts. */
function inOrder(keys: string[]): string[] {
  if (/^\d/.test(keys[0] ?? '')) return Object.keys(Object.fromEntries(keys.toSorted().map((key) => [key, true])));
  return keys.some((key, index) => index > 0 && key < (keys[index - 1] ?? '')) ? keys.toSorted() : keys;
}

type Fields = Record<string, unknown>;

/** Whether two values have the same canonical text, without making it. Written for speed too: a tick compares templates all the time. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object') return (a ?? undefined) === (b ?? undefined);
  if (a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  return Array.isArray(a) ? isSameList(a, b as unknown[]) : isSameMap(a as Fields, b as Fields);
}

function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (!isSame(a[index], b[index])) return false;
  return true;
}

function isSameMap(a: Fields, b: Fields): boolean {
  let more = 0;
  for (const key of Object.keys(a)) {
    const entry = a[key] ?? undefined;
    if (!isSame(entry, Object.hasOwn(b, key) ? b[key] : undefined)) return false;
    if (entry !== undefined) more++;
  }
  for (const key of Object.keys(b)) if ((b[key] ?? undefined) !== undefined) more--;
  return more === 0;
}

/**
 * Whether a template's annotation makes no revision: that of a restart, and Headgate's own but for the one that says on which
 * content the pods run.
 */
export const isNeutral = (key: string): boolean => key === RESTARTED_AT || (key.startsWith(PREFIX) && key !== CONFIG);

/**
 * The template without what does not make a revision: restarts, Headgate's own annotations (`isNeutral`), and the hash label that
 * the Deployment controller adds in a ReplicaSet.
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
  if (map === undefined) return undefined;
  const present = Object.keys(map);
  const keys = present.filter(keep);
  if (keys.length === present.length) return keys.length > 0 ? map : undefined;
  return keys.length > 0 ? Object.fromEntries(keys.map((key) => [key, map[key] ?? ''])) : undefined;
}

/** Whether two templates are the same revision: what the Deployment controller compares, less restarts and Headgate's own annotations. */
export const sameRevision = (a: PodTemplate, b: PodTemplate): boolean => isSame(essence(a), essence(b));

/** By their templates, as what was read from the API server is never changed. */
const revisions = new WeakMap<PodTemplate, string>();

/** The name of a template's revision: 10 hex digits of the SHA-256 of its canonical essence. */
export function revisionOf(template: PodTemplate): string {
  const known = revisions.get(template);
  if (known !== undefined) return known;
  const revision = hash('sha256', canonical(essence(template)), 'hex').slice(0, 10);
  revisions.set(template, revision);
  return revision;
}

/** The images of its containers, each once. */
export const imagesOf = ({ spec }: PodTemplate): string[] => [
  ...new Set((spec.containers ?? []).flatMap(({ image }) => image ?? [])),
];
