import { gatewayName, resolveGateway } from './client-proxy.ts';
import { matchesHost } from './host.ts';
import type { Listener } from './listener.ts';
import { type MatchEntry, namespaceOf, type StringMatch } from './objects.ts';
import type { RouteRule } from './rules.ts';

/** Whether clients of a listener can meet a match: all of them, only those with certain labels, or none. */
type Reachable = 'all' | 'some' | 'none';

/**
 * The rules of one kind that are in force on a listener, in order: those with a match for its port and its proxies, up to the
 * first that leaves nothing for a later one.
 */
export function liveRules(rules: readonly RouteRule[], listener: Listener): RouteRule[] {
  const live: RouteRule[] = [];
  for (const rule of rules) {
    if (isLive(rule, listener)) live.push(rule);
    if (isLast(rule, listener)) break;
  }
  return rules[0]?.kind === 'tls' && listener.proxy.class === 'gateway' ? firstOfSni(live, listener) : live;
}

function isLive(rule: RouteRule, listener: Listener): boolean {
  if (rule.matches.length === 0) return rule.kind !== 'tls';
  return rule.matches.some((match) => reachable(match, rule, listener) !== 'none');
}

/** Whether every request of the listener that comes to the rule ends there. */
export function isLast(rule: RouteRule, listener: Listener): boolean {
  if (rule.delegate !== undefined || rule.kind === 'tls') return false;
  if (rule.matches.length === 0) return true;
  return rule.matches.some((match) => reachable(match, rule, listener) === 'all' && takesAll(match, rule));
}

/** The conditions of a rule that clients of a listener can meet, each with whether it is about all of them. */
export const liveMatches = (rule: RouteRule, listener: Listener): [match: MatchEntry, isAboutAll: boolean][] =>
  rule.matches
    .map((match): [MatchEntry, Reachable] => [match, reachable(match, rule, listener)])
    .filter(([, clients]) => clients !== 'none')
    .map(([match, clients]) => [match, clients === 'all']);

const takesAll = (match: MatchEntry, { kind }: RouteRule): boolean =>
  kind === 'http' ? isCatchAll(match) : (match.destinationSubnets ?? []).length === 0;

/** Any path, and no condition on headers, of which method, scheme and authority are some, or on the query. */
export function isCatchAll({
  uri,
  method,
  scheme,
  authority,
  headers,
  withoutHeaders,
  queryParams,
}: MatchEntry): boolean {
  const conditions = [method, scheme, authority, ...[headers, withoutHeaders, queryParams].flatMap(valuesOf)];
  return isAnyPath(uri) && conditions.every((condition) => condition === undefined);
}

const valuesOf = (conditions: Record<string, StringMatch> = {}): StringMatch[] => Object.values(conditions);

const isAnyPath = (uri: StringMatch | undefined): boolean =>
  uri === undefined || uri.prefix === '/' || uri.regex === '.*' || Object.keys(uri).length === 0;

function reachable(match: MatchEntry, rule: RouteRule, listener: Listener): Reachable {
  const { proxy, port } = listener;
  if (match.port !== undefined && match.port !== port) return 'none';
  if (rule.kind === 'tls' && !sniHostsOf(match).every((sni) => isOfHosts(sni, rule))) return 'none';
  const { gateways = [], sourceLabels = {}, sourceNamespace } = match;
  if (gateways.length > 0) {
    const named = gateways.map((name) => resolveGateway(name, namespaceOf(rule.owner)));
    return named.includes(gatewayName(proxy)) ? 'all' : 'none';
  }
  if (sourceNamespace !== undefined && sourceNamespace !== proxy.namespace) return 'none';
  if (Object.keys(sourceLabels).length === 0) return 'all';
  return proxy.class === 'waypoint' ? 'none' : 'some';
}

const sniHostsOf = ({ sniHosts = [] }: MatchEntry): string[] => sniHosts;

const isOfHosts = (sni: string, { owner }: RouteRule): boolean =>
  (owner.spec.hosts ?? []).some((host) => matchesHost(host, sni));

/** At a gateway the first rule of a server name has it; a rule that is left with none is skipped. */
function firstOfSni(rules: readonly RouteRule[], listener: Listener): RouteRule[] {
  const taken = new Set<string>();
  return rules.filter((rule) => {
    const names = rule.matches.filter((match) => reachable(match, rule, listener) !== 'none').flatMap(sniHostsOf);
    const isFirst = names.some((name) => !taken.has(name));
    for (const name of names) taken.add(name);
    return isFirst;
  });
}
