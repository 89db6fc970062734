import type { RouteReading } from './traffic.ts';

/** What an observation is put together from. Each is read for itself, and is known, or unknown for as long as it cannot be read. */
export const SOURCES = [
  'deployment',
  'canary',
  'replicaSets',
  'endpoints',
  'services',
  /** The objects that carry the weights. */
  'routes',
  /** What else divides traffic, or is referred to by routes. */
  'rules',
  'names',
  'policies',
  'budget',
  'autoscaler',
  'pods',
  /** ConfigMaps and Secrets. */
  'config',
] as const;
export type Source = (typeof SOURCES)[number];

export interface UnknownSource {
  source: Source;
  /** For a person; the same words for as long as it is the same trouble. */
  why: string;
}

/** What a source answered within its deadline. */
export type SourceAnswer<T> = { known: true; value: T } | { known: false; why: string };

interface Seen {
  unknown?: readonly UnknownSource[] | undefined;
}

/** Whether all of some sources have answered. What is not known is not absent, whatever else the observation shows. */
export const isKnown = ({ unknown = [] }: Seen, ...sources: readonly Source[]): boolean =>
  !unknown.some(({ source }) => sources.includes(source));

/** What a canary is started by. */
const TO_START: readonly Source[] = ['deployment', 'replicaSets', 'services', 'routes', 'rules', 'names', 'config'];
/** What it is given more weight by, and what opens the gate. */
const TO_ADVANCE: readonly Source[] = [
  'deployment',
  'canary',
  'replicaSets',
  'endpoints',
  'services',
  'routes',
  'rules',
];

export const canStart = (seen: Seen): boolean => isKnown(seen, ...TO_START);

/** Moves toward the canary, and those alone, wait until all is known that they depend on. */
export const canAdvance = (seen: Seen): boolean => isKnown(seen, ...TO_ADVANCE);

/** Whether the routes are of no known weight because they cannot be read. */
export const isRouteUnseen = (seen: Seen & { route?: RouteReading | undefined }): boolean =>
  seen.route === undefined && !isKnown(seen, 'routes');

const WORDS: Record<Source, string> = {
  deployment: 'the Deployment as it is now',
  canary: 'the canary Deployment as it is now',
  replicaSets: 'ReplicaSets',
  endpoints: "the endpoints of the canary's Service",
  services: 'Services',
  routes: 'the routes',
  rules: 'what the routes refer to, and the rules for their hosts',
  names: 'whether the names are free that the canary needs',
  policies: 'the policies of the namespace',
  budget: "the canary's disruption budget",
  autoscaler: 'the autoscaler that the settings name',
  pods: 'on what the pods run',
  config: 'what the ConfigMaps and Secrets say that the pods run on',
};

/** What is not known and why, for a person; undefined where all is. */
export function unknownWords({ unknown = [] }: Seen): string | undefined {
  if (unknown.length === 0) return undefined;
  return unknown.map(({ source, why }) => `${WORDS[source]} (${why})`).join(', ');
}
