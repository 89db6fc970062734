import { istioName } from './objects.ts';
import { type Reach, type ReachQuestion, reachOf, reachOfDestination, withVirtualService } from './reach.ts';
import { type RouteRefusal, refuseRoute } from './refusal.ts';
import { type RouteRule, type RuleDestination, routesOf } from './rules.ts';

export interface SplitQuestion extends ReachQuestion {
  /** The full host of the Service whose traffic is to be divided. */
  stable: string;
  /** That of the Service that is to get a part. */
  canary: string;
}

/** A destination that is the stable Service, and the one beside it that is, or would be, the canary's. */
export interface Pair {
  stable: Reach;
  /** None where the rule itself is left out. */
  canary?: Reach;
}

export interface RouteSplit {
  pairs: readonly Pair[];
  /** Each said once. None: whatever part of the stable Service's traffic is given to the canary arrives. */
  refusals: readonly RouteRefusal[];
}

/** Whether the canary may get a weight in a VirtualService: wherever traffic goes to stable, the canary must be reached alike. */
export function splitOf(question: SplitQuestion): RouteSplit {
  const reaches = reachOf(question);
  const pairs = called(reaches.filter(isRouteTo(question.stable))).flatMap((stable) =>
    pairsOf(stable, reaches, question),
  );
  const rules = [...new Set(reaches.map(({ rule }) => rule))];
  const found = [...pairs.map(pairRefusal), ...rules.map((rule) => divisionRefusal(rule, question))];
  const refusals = found.filter((entry) => entry !== undefined);
  if (pairs.length === 0 && refusals.length === 0) refusals.push(...nothingToDivide(reaches, question));
  return { pairs, refusals: [...new Map(refusals.map((entry) => [entry.message, entry])).values()] };
}

const isRouteTo =
  (host: string) =>
  ({ destination }: Reach): boolean =>
    destination?.host === host && destination.mirror === undefined;

/**
 * Without listeners of the mesh for hosts that are no Services, such as a domain that is the gateway's, where stable is not
 * reached: nobody was answered there, and nobody will be. Where stable is not reached in another way either, they tell why.
 */
function called(stable: readonly Reach[]): Reach[] {
  const reached = stable.filter(({ refusal }) => refusal === undefined);
  const isReached = ({ refusal }: Reach) =>
    reached.some(({ listener }) => listener.proxy.class === 'sidecar' || refusal?.reason === 'PortNotExposed');
  return stable.filter((entry) => entry.refusal === undefined || !isNoService(entry) || !isReached(entry));
}

const isNoService = ({ listener: { proxy, service } }: Reach): boolean =>
  proxy.class === 'sidecar' && service === undefined;

/** The canary as it stands in the rule; else as it will be put there, which is stable's destination with another host. */
function pairsOf(stable: Reach, reaches: readonly Reach[], question: SplitQuestion): Pair[] {
  const { rule, listener, destination } = stable;
  const standing = reaches.filter((entry) => entry.rule === rule && entry.listener === listener);
  const canaries = standing.filter(isRouteTo(question.canary));
  if (canaries.length > 0) return canaries.map((canary) => ({ stable, canary }));
  if (destination === undefined || stable.cluster === undefined) return [{ stable }];
  const wanted = { ...destination, written: question.canary, host: question.canary };
  const objects = withVirtualService(question.objects, question.virtualService);
  return [{ stable, canary: reachOfDestination(wanted, rule, listener, objects) }];
}

function pairRefusal({ stable, canary }: Pair): RouteRefusal | undefined {
  if (stable.refusal !== undefined || canary === undefined) return stable.refusal;
  if (canary.refusal !== undefined || stable.protocol === canary.protocol) return canary.refusal;
  const port = ({ cluster, destination }: Reach): string => `port ${cluster?.port} of ${destination?.host}`;
  return refuseRoute(
    'ProtocolMismatch',
    `${stable.destination?.path} of VirtualService ${istioName(stable.rule.owner)}: ${port(stable)} is ${stable.protocol} to Istio, and ${port(canary)} is ${canary.protocol}; give both the same name and appProtocol`,
  );
}

/** Rules whose traffic could be divided only by changing what their user wants. */
function divisionRefusal(rule: RouteRule, { stable, canary }: SplitQuestion): RouteRefusal | undefined {
  const words = unsupported(rule.destinations, routesOf(rule), stable, canary);
  return words === undefined
    ? undefined
    : refuseRoute('UnsupportedRule', `${rule.path} of VirtualService ${istioName(rule.owner)} ${words}`);
}

function unsupported(
  all: readonly RuleDestination[],
  routes: readonly RuleDestination[],
  stable: string,
  canary: string,
): string | undefined {
  const toStable = routes.filter(({ host }) => host === stable);
  if (toStable.length > 1) return `names ${stable} twice; name it once, or divide by rules`;
  if (toStable.length === 0) {
    const isMirrored = all.some(({ host, mirror }) => mirror && host === stable);
    return isMirrored ? `only mirrors to ${stable}, and copies have no weight; give it a route` : undefined;
  }
  const isShared = routes.some(({ host }) => host !== stable && host !== canary);
  const unwritten = isShared ? routes.find(({ weighted }) => !weighted) : undefined;
  return unwritten && `gives ${unwritten.written} no weight; write the part that it is to keep`;
}

/** No rule in force leads to stable, which is no proof of anything. */
function nothingToDivide(reaches: readonly Reach[], { virtualService, stable }: SplitQuestion): RouteRefusal[] {
  const refused = reaches.flatMap((entry) => (entry.destination === undefined && entry.refusal ? [entry.refusal] : []));
  if (refused.length > 0) return refused;
  return [
    refuseRoute(
      'UnsupportedRule',
      `no rule in force of VirtualService ${istioName(virtualService)} has ${stable} as a destination; add one, or name another VirtualService`,
    ),
  ];
}
