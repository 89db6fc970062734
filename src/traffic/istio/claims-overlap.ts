import type { HostClaim } from '../provider.ts';
import { resolveGateway } from './reach/client-proxy.ts';
import { isCatchAll } from './reach/live-rules.ts';
import { mayOverlap } from './reach/match-overlap.ts';
import type { MatchEntry, StringMatch } from './reach/objects.ts';
import { matchesAtGateways, matchesInMesh } from './settings-matches.ts';

/**
 * Why two routes of Headgate's own cannot both have a host; undefined where each request is for one of them alone, whichever
 * is older. A gateway joins the VirtualServices of a host, and puts what takes every request last. A sidecar has one of them.
 */
export function claimsOverlap(a: HostClaim, b: HostClaim): string | undefined {
  if ([a, b].some(({ service }) => matchesInMesh(service).length > 0)) {
    return 'in the mesh a host has one route alone; with headgate.dev/gateways and headgate.dev/match (such as uri: {prefix: /}) a route holds at its gateways only';
  }
  for (const one of matchesAtGateways(a.service)) {
    for (const other of matchesAtGateways(b.service)) {
      const gateway = sharedGateway([one.gateways, a.namespace], [other.gateways, b.namespace]);
      if (gateway !== undefined && isUnordered(one, other)) {
        return `at the gateway ${gateway} a request may meet ${matchWords(one)} and ${matchWords(other)}`;
      }
    }
  }
  return undefined;
}

const isUnordered = (a: MatchEntry, b: MatchEntry): boolean => isCatchAll(a) === isCatchAll(b) && mayOverlap(a, b);

type Named = readonly [gateways: readonly string[], namespace: string];

function sharedGateway([ones, home]: Named, [others, abroad]: Named): string | undefined {
  const known = new Set(others.map((name) => resolveGateway(name, abroad)));
  return ones.map((name) => resolveGateway(name, home)).find((name) => known.has(name));
}

/** A condition for a person: `uri prefix /api, header x-user exact beta`. */
function matchWords({ uri, method, headers = {}, queryParams = {} }: MatchEntry): string {
  const named = (what: string, match: StringMatch | undefined): string[] =>
    Object.entries(match ?? {}).map(([way, text]) => `${what} ${way} ${text}`);
  const words = [
    ...named('uri', uri),
    ...named('method', method),
    ...Object.entries(headers).flatMap(([key, match]) => named(`header ${key}`, match)),
    ...Object.entries(queryParams).flatMap(([key, match]) => named(`parameter ${key}`, match)),
  ];
  return words.length === 0 ? 'a condition without a path' : words.join(', ');
}
