import { CONFIG } from '../keys.ts';
import type { PodTemplate } from '../kube.ts';

/** Which snapshot stands for which object: `configmap/app` → `app-3f2a91c04d`. */
export type Pins = ReadonlyMap<string, string>;

/**
 * The pins as text, `configmap/app=app-3f2a91c04d,secret/db=db-77aa01be22`, in order of their keys: expressions inside the API
 * server can take apart no other form. No name of an object has a comma or an equals sign.
 */
export const pinsText = (pins: Pins): string =>
  [...pins]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, snapshot]) => `${key}=${snapshot}`)
    .join();

/** What pins a template has, as text; empty where it has none. */
export const pinsTextOf = ({ metadata }: PodTemplate): string => metadata?.annotations?.[CONFIG] ?? '';

export function pinsOf(template: PodTemplate): Pins {
  const entries = pinsTextOf(template).split(',').filter(Boolean);
  return new Map(entries.map((entry) => entry.split('=', 2) as [string, string]));
}

/** The template with these pins and no others; an empty text takes them away. */
export function withPins(template: PodTemplate, text: string): PodTemplate {
  const { [CONFIG]: _, ...annotations } = template.metadata?.annotations ?? {};
  const pinned = { ...annotations, ...(text !== '' && { [CONFIG]: text }) };
  return { ...template, metadata: { ...template.metadata, annotations: pinned } };
}
