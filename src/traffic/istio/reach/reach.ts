import { destinationRefusal } from './checks.ts';
import { type ClientProxy, proxyWords } from './client-proxy.ts';
import { type ClusterName, clusterNameOf } from './cluster-name.ts';
import { rootsOf } from './delegate.ts';
import { type Listener, listenersOf } from './listener.ts';
import { liveRules } from './live-rules.ts';
import { istioName, type MeshObjects, type VirtualService } from './objects.ts';
import { type Protocol, protocolOf } from './protocol.ts';
import type { RouteRefusal } from './refusal.ts';
import { ruleRefusal } from './rule-checks.ts';
import { isWrittenIn, type RouteRule, type RuleDestination, type RuleKind, rulesOf } from './rules.ts';
import { portAt, serviceAt } from './service.ts';

export interface ReachQuestion {
  /** As it is, or as it is about to be written: it counts in the place of the stored one of its name. */
  virtualService: VirtualService;
  objects: MeshObjects;
  /** Whose view is asked for: every kind of client that there may be. */
  proxies: readonly ClientProxy[];
}

/** Where one destination of one rule leads from one listener. */
export interface Reach {
  listener: Listener;
  rule: RouteRule;
  /** None: the rule only names a delegate. */
  destination?: RuleDestination;
  /** The cluster that Envoy is told, also where there is none of that name; none for a rule that Istio leaves out. */
  cluster?: ClusterName;
  /** What Istio takes the cluster's port to speak. */
  protocol?: Protocol;
  /** Why nothing may be sent there by weight. */
  refusal?: RouteRefusal;
}

/**
 * Where every destination of a VirtualService leads, by proxy, listener and rule. Rules that are not in force somewhere have
 * no entry there, so that no entry at all means that nothing is proven. The stored objects are all that is looked at: whether
 * a Service has ready pods is not asked.
 */
export function reachOf({ virtualService, objects, proxies }: ReachQuestion): Reach[] {
  const wanted = withVirtualService(objects, virtualService);
  const roots = rootsOf(virtualService, wanted);
  return roots.flatMap((root) =>
    proxies.flatMap((proxy) =>
      reachOfRoot(root, proxy, wanted).filter(({ rule }) => isWrittenIn(rule, virtualService)),
    ),
  );
}

export function withVirtualService(objects: MeshObjects, wanted: VirtualService): MeshObjects {
  const isStored = (entry: VirtualService) => istioName(entry) === istioName(wanted);
  const { creationTimestamp } = objects.virtualServices.find(isStored)?.metadata ?? {};
  const metadata = { ...wanted.metadata, ...(creationTimestamp !== undefined && { creationTimestamp }) };
  const others = objects.virtualServices.filter((entry) => !isStored(entry));
  return { ...objects, virtualServices: [...others, { ...wanted, metadata }] };
}

function reachOfRoot(root: VirtualService, proxy: ClientProxy, objects: MeshObjects): Reach[] {
  const listeners = listenersOf(root, objects, proxy);
  const rules = rulesOf(root, objects);
  const kinds: readonly RuleKind[] = ['http', 'tcp', 'tls'];
  return listeners.flatMap((listener) =>
    kinds
      .filter((kind) => listener.kinds.includes(kind) || !listeners.some(isTaking(kind, listener)))
      .flatMap((kind) =>
        liveRules(
          rules.filter((rule) => rule.kind === kind),
          listener,
        ),
      )
      .filter((rule) => listener.kinds.includes(rule.kind) || listener.service !== undefined)
      .flatMap((rule) => reachOfRule(rule, root, listener, objects)),
  );
}

/** Another listener of the same host that takes rules of a kind: then it is no fault that this one takes none. */
const isTaking =
  (kind: RuleKind, { host }: Listener) =>
  (other: Listener): boolean =>
    other.host === host && other.kinds.includes(kind);

function reachOfRule(rule: RouteRule, root: VirtualService, listener: Listener, objects: MeshObjects): Reach[] {
  const refusal = ruleRefusal(rule, root, listener, objects);
  const base = { listener, rule, ...(refusal && { refusal: placed(refusal, rule.path, rule, listener) }) };
  if (rule.delegate !== undefined) return [base];
  return rule.destinations.map((destination) => {
    if (!listener.kinds.includes(rule.kind)) return { ...base, destination };
    const reach = reachOfDestination(destination, rule, listener, objects);
    return { ...reach, ...base };
  });
}

/** Where a destination would lead that stands, or might stand, in a rule. */
export function reachOfDestination(
  destination: RuleDestination,
  rule: RouteRule,
  listener: Listener,
  objects: MeshObjects,
): Reach {
  const cluster = clusterNameOf(destination, rule, listener, objects);
  const service = serviceAt(destination.host, objects);
  const port = service && portAt(service, cluster.port);
  const refusal = destinationRefusal({ destination, rule, listener, cluster, objects });
  return {
    listener,
    rule,
    destination,
    cluster,
    ...(port && { protocol: protocolOf(port) }),
    ...(refusal && { refusal: placed(refusal, destination.path, rule, listener) }),
  };
}

/** A refusal with the place that it is about. */
function placed(
  { reason, message }: RouteRefusal,
  path: string,
  { owner }: RouteRule,
  listener: Listener,
): RouteRefusal {
  const { proxy, port } = listener;
  return {
    reason,
    message: `${path} of VirtualService ${istioName(owner)}, for ${proxyWords(proxy)} on port ${port}: ${message}`,
  };
}
