import { inIstioOrder, meshOwner } from './host-owner.ts';
import { type Listener, listenersOf } from './listener.ts';
import { isLast, liveRules } from './live-rules.ts';
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
  if (proxy.class === 'gateway' && !isLast(rule, listener)) return undefined;
  const order = inIstioOrder(objects, proxy.namespace);
  const own = order.findIndex((entry) => istioName(entry) === istioName(root));
  const earlier = order.slice(0, Math.max(0, own));
  return earlier.find((entry) => takesAll(entry, rule, listener, objects));
}

/** Whether nothing of a listener's requests passes a VirtualService's own rules of the kind. */
const takesAll = (entry: VirtualService, { kind }: RouteRule, listener: Listener, objects: MeshObjects): boolean =>
  listenersOf(entry, objects, listener.proxy).some(
    (other) =>
      other.port === listener.port &&
      other.host === listener.host &&
      liveRules(
        rulesOf(entry, objects).filter((rule) => rule.kind === kind),
        other,
      ).some((rule) => isLast(rule, other)),
  );
