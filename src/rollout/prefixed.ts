import { PREFIX } from './keys.ts';

/** Headgate's own of a map of annotations, in their order. The rest is not copied: there may be many. */
export function prefixed(annotations: Readonly<Record<string, string>> = {}): [key: string, text: string][] {
  const keys = Object.keys(annotations).filter((key) => key.startsWith(PREFIX));
  return keys.map((key) => [key, annotations[key] ?? '']);
}
