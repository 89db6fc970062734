import { delegateOf, mergeMatches } from './delegate.ts';
import { resolveHost } from './host.ts';
import {
  type DestinationEntry,
  type HttpEntry,
  istioName,
  type MatchEntry,
  type MeshObjects,
  namespaceOf,
  type RouteEntry,
  type VirtualService,
  type WeightedEntry,
} from './objects.ts';

export type RuleKind = 'http' | 'tcp' | 'tls';

/** One rule in the order in which Istio reads them, with rules of delegates in their places. */
export interface RouteRule {
  kind: RuleKind;
  /** The VirtualService it is written in: short hosts mean that one's namespace. */
  owner: VirtualService;
  /** Where it stands there: `http[0]`. */
  path: string;
  /** One of them must hold; none is needed where the list is empty. */
  matches: readonly MatchEntry[];
  destinations: readonly RuleDestination[];
  /** The rule only names a delegate, whose rules come next. */
  delegate?: { key: string; found: boolean };
}

export interface RuleDestination {
  /** Where it stands in the VirtualService: `http[0].route[1]`. */
  path: string;
  /** As it is written. */
  written: string;
  /** As Istio reads it. */
  host: string;
  port?: number;
  subset?: string;
  /** A mirror gets copies of requests, whose answers nobody sees. */
  mirror?: true;
  /** Its part of the rule's traffic, from 0 to 1. */
  share: number;
  /** Whether the share is the user's word. */
  weighted: boolean;
}

/** The rules of a VirtualService with hosts. */
export function rulesOf(root: VirtualService, objects: MeshObjects): RouteRule[] {
  const { http = [], tcp = [], tls = [] } = root.spec;
  const plain = (kind: RuleKind) => (entry: RouteEntry, index: number) =>
    ruleOf(entry, { kind, owner: root, path: `${kind}[${index}]` }, objects);
  return [
    ...http.flatMap((entry, index) => httpRules(entry, `http[${index}]`, root, objects)),
    ...tcp.map(plain('tcp')),
    ...tls.map(plain('tls')),
  ];
}

function httpRules(entry: HttpEntry, path: string, root: VirtualService, objects: MeshObjects): RouteRule[] {
  const rule = ruleOf(entry, { kind: 'http', owner: root, path }, objects);
  if (entry.delegate === undefined) return [rule];
  const delegate = delegateOf(entry, root, objects);
  const key = `${entry.delegate.namespace ?? namespaceOf(root)}/${entry.delegate.name}`;
  const inner = delegate === undefined ? [] : delegated(delegate, entry, objects);
  return [{ ...rule, destinations: [], delegate: { key, found: delegate !== undefined } }, ...inner];
}

/** What a delegate's rules are inside a root's rule. */
const delegated = (delegate: VirtualService, { match }: HttpEntry, objects: MeshObjects): RouteRule[] =>
  (delegate.spec.http ?? []).flatMap((entry, index) => {
    const merged = mergeMatches(match, entry.match);
    if (merged === undefined || entry.delegate !== undefined) return [];
    return [
      ruleOf({ ...entry, match: [...merged] }, { kind: 'http', owner: delegate, path: `http[${index}]` }, objects),
    ];
  });

function ruleOf(entry: HttpEntry, place: Pick<RouteRule, 'kind' | 'owner' | 'path'>, objects: MeshObjects): RouteRule {
  const route = entry.route ?? [];
  const shares = sharesOf(route);
  const read = ({ host, port, subset }: DestinationEntry, part: string) => ({
    path: `${place.path}.${part}`,
    written: host,
    host: resolveHost(host, namespaceOf(place.owner), objects),
    ...(port !== undefined && { port: port.number }),
    ...(subset !== undefined && subset !== '' && { subset }),
  });
  const weighted = route.map(({ destination, weight }, index) => ({
    ...read(destination, `route[${index}]`),
    share: shares[index] ?? 0,
    weighted: weight !== undefined,
  }));
  const mirrors = mirrorsOf(entry).map(([part, destination]) => ({
    ...read(destination, part),
    mirror: true as const,
    share: 1,
    weighted: false,
  }));
  return { ...place, matches: entry.match ?? [], destinations: [...weighted, ...mirrors] };
}

/** A sole destination has everything, whatever its weight; of several, each has its weight out of all weights. */
function sharesOf(route: readonly WeightedEntry[]): number[] {
  if (route.length === 1) return [1];
  const total = route.reduce((sum, { weight = 0 }) => sum + weight, 0);
  return route.map(({ weight = 0 }) => (total === 0 ? 0 : weight / total));
}

function mirrorsOf({ mirror, mirrors = [] }: HttpEntry): [part: string, destination: DestinationEntry][] {
  const one: [string, DestinationEntry][] = mirror === undefined ? [] : [['mirror', mirror]];
  return [
    ...one,
    ...mirrors.map(({ destination }, index): [string, DestinationEntry] => [`mirrors[${index}]`, destination]),
  ];
}

export const routesOf = ({ destinations }: RouteRule): RuleDestination[] =>
  destinations.filter(({ mirror }) => mirror === undefined);

export const isWrittenIn = (rule: RouteRule, virtualService: VirtualService): boolean =>
  istioName(rule.owner) === istioName(virtualService);
