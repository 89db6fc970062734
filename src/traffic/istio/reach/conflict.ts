import { inIstioOrder, meshOwner } from './host-owner.ts';
import { type Listener, listenersOf } from './listener.ts';
import { isLast, liveMatches, liveRules } from './live-rules.ts';
import { covers } from './match-overlap.ts';
import { istioName, type MeshObjects, type VirtualService } from './objects.ts';
import { type RouteRefusal, refuseRoute } from './refusal.ts';
import { type RouteRule, rulesOf } from './rules.ts';

/**
 * Another VirtualService that keeps a rule from its traffic. For sidecars one VirtualService has a host alone. Gateways and
 * waypoints join the rules of all, in order: gateways put those that take everything last, waypoints do not.
 */
export function hostConflict(
  rule: RouteRule,
  root: VirtualService,
  listener: Listener,
  objects: MeshObjects,
): RouteRefusal | undefined {
  const winner = winnerOver(rule, root, listener, objects);
  if (winner === undefined) return undefined;
  return refuseRoute(
    'HostConflict',
    `VirtualService ${istioName(winner)} has the host ${listener.host} before ${istioName(root)}; keep one of them for it`,
  );
}

function winnerOver(
  rule: RouteRule,
  root: VirtualService,
  listener: Listener,
  objects: MeshObjects,
): VirtualService | undefined {
  const { proxy, host } = listener;
  if (proxy.class === 'sidecar') {
    const owner = meshOwner(host, objects, proxy.namespace);
    return owner === undefined || istioName(owner) === istioName(root) ? undefined : owner;
  }
  const order = inIstioOrder(objects, proxy.namespace);
  const own = order.findIndex((entry) => istioName(entry) === istioName(root));
  const earlier = order.slice(0, Math.max(0, own));
  const isShadow = proxy.class === 'gateway' && !isLast(rule, listener) ? takesRule : isLast;
  return earlier.find((entry) =>
    rulesAt(entry, rule, listener, objects).some((other) => isShadow(other, listener, rule)),
  );
}

/** Rules of the kind that a VirtualService has where the listener is. */
const rulesAt = (entry: VirtualService, { kind }: RouteRule, listener: Listener, objects: MeshObjects): RouteRule[] =>
  listenersOf(entry, objects, listener.proxy)
    .filter(({ port, host }) => port === listener.port && host === listener.host)
    .flatMap((other) =>
      liveRules(
        rulesOf(entry, objects).filter((rule) => rule.kind === kind),
        other,
      ),
    );

/** Whether an earlier rule leaves nothing of another's requests; not one for all of them, which a gateway puts last. */
const takesRule = (earlier: RouteRule, listener: Listener, rule: RouteRule): boolean =>
  rule.kind === 'http' &&
  earlier.delegate === undefined &&
  !isLast(earlier, listener) &&
  liveMatches(rule, listener).every(([inner]) =>
    liveMatches(earlier, listener).some(([outer, isMetByAll]) => isMetByAll && covers(outer, inner)),
  );
