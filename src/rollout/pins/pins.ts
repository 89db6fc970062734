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
export const pinsTextOf = ({ metadata }: Pick<PodTemplate, 'metadata'>): string =>
  metadata?.annotations?.[CONFIG] ?? '';

/** The pins of a template, or of a pod. What is no pin says nothing, and of two for one object the first counts. */
export function pinsOf(template: Pick<PodTemplate, 'metadata'>): Pins {
  const pins = new Map<string, string>();
  for (const entry of pinsTextOf(template).split(',')) {
    const [key, snapshot, ...more] = entry.split('=');
    if (key === undefined || snapshot === undefined || more.length > 0 || pins.has(key)) continue;
    pins.set(key, snapshot);
  }
  return pins;
}

/** The template with these pins and no others; an empty text takes them away. */
export function withPins(template: PodTemplate, text: string): PodTemplate {
  const { [CONFIG]: _, ...annotations } = template.metadata?.annotations ?? {};
  const pinned = { ...annotations, ...(text !== '' && { [CONFIG]: text }) };
  return { ...template, metadata: { ...template.metadata, annotations: pinned } };
}
