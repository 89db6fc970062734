import { ROLE } from '../../rollout/keys.ts';
import type { KubeObject } from '../../rollout/kube.ts';
import { pointer } from '../../rollout/object-change.ts';
import { madeFor } from '../../rollout/workload/generated.ts';
import type { TrafficObjects, TrafficProvider } from '../provider.ts';
import { isAdoptedFor } from './adoption.ts';
import { appRoutes, isLabelledOwn } from './app-routes.ts';
import { claimsOverlap } from './claims-overlap.ts';
import { describeRoute } from './describe.ts';
import { ownRules, ruleChanges } from './destination-rules.ts';
import { keepWeights } from './keep-weights.ts';
import { DESTINATION_RULES, destinationRulesOf, GATEWAYS, VIRTUAL_SERVICES, virtualServicesOf } from './kinds.ts';
import { routeObstacle } from './obstacle.ts';
import { ISTIO_POLICIES } from './policies.ts';
import { previewRoutes } from './preview.ts';
import { resolveGateway } from './reach/client-proxy.ts';
import { rootsOf } from './reach/delegate.ts';
import { namespaceOf, type VirtualService } from './reach/objects.ts';
import { routeHosts } from './route-hosts.ts';
import { isWellFormed } from './shape.ts';
import { undividedRules } from './undivided-rules.ts';
import { readRoutes, releaseFormer, releaseRoutes, reweighRoutes, weighRoutes } from './virtual-service.ts';

/** Istio: weights in VirtualServices, and DestinationRules by which both hosts are reached in the same way. */
export const istio: TrafficProvider = {
  sources: [
    { kind: VIRTUAL_SERVICES, others: 'namespace', isRoute: true },
    { kind: DESTINATION_RULES, others: 'namespace', optional: true },
    { kind: GATEWAYS, others: 'referenced', optional: true },
  ],
  policies: ISTIO_POLICIES,
  references(objects, wish) {
    const virtualServices = virtualServicesOf(objects);
    const roots = appRoutes(objects, wish).users.flatMap((route) => rootsOf(route, { virtualServices }));
    const { namespace = 'default' } = wish.deployment.metadata;
    const named = [
      ...wish.service.gateways.map((gateway) => resolveGateway(gateway, namespace)),
      ...roots.flatMap((route) => (route.spec.gateways ?? []).map((name) => resolveGateway(name, namespaceOf(route)))),
    ].filter((gateway) => gateway !== 'mesh');
    return [...new Set(named)].map((key) => ({ kind: GATEWAYS, key }));
  },
  read(objects, wish) {
    const routes = appRoutes(objects, wish);
    const route = readRoutes(routes, wish);
    const obstacle = routeObstacle(objects, routes, wish);
    const undivided = undividedRules(objects, wish);
    const hosts = routeHosts(routes, wish);
    return {
      ...(route && { route }),
      ...(obstacle && { obstacle }),
      ...(undivided !== undefined && { undivided }),
      ...(hosts.length > 0 && { hosts }),
      prerequisites: [
        ...releaseFormer(virtualServicesOf(objects), routes, wish),
        ...ruleChanges(destinationRulesOf(objects), wish),
      ],
    };
  },
  overlap: claimsOverlap,
  servedSince(objects, deployment, host) {
    const own = marked(objects, { deployment }).find(isLabelledOwn);
    return own?.spec?.hosts?.includes(host) ? own.metadata.creationTimestamp : undefined;
  },
  preview: previewRoutes,
  isReadable: isWellFormed,
  render: (objects, wish, weight) => weighRoutes(appRoutes(objects, wish), wish, weight),
  reweigh: (objects, wish, weight) => reweighRoutes(appRoutes(objects, wish), wish, weight),
  release: (objects, wish) => releaseRoutes(marked(objects, wish), wish),
  cleanUp(objects, { deployment }) {
    const { stable, canary } = ownRules(destinationRulesOf(objects), deployment);
    const kind = DESTINATION_RULES;
    return [
      ...(canary ? [{ do: 'delete', kind, object: canary } as const] : []),
      // Clients may count on it: it stays, as its user's.
      ...(stable
        ? [{ do: 'patch', kind, object: stable, operations: [{ op: 'remove', path: ROLE_LABEL }] } as const]
        : []),
    ];
  },
  keep: keepWeights,
  describe(objects, deployment) {
    const shown = virtualServicesOf(objects).filter((route) => isAbout(route, deployment));
    return shown.length > 0
      ? shown.map((route) => describeRoute(route, deployment))
      : [describeRoute(undefined, deployment)];
  },
};

/** Those that Headgate made for a Deployment, or adopted for it. */
const marked = (objects: TrafficObjects, { deployment }: { deployment: KubeObject }): VirtualService[] =>
  virtualServicesOf(objects).filter((route) =>
    isLabelledOwn(route)
      ? namespaceOf(route) === namespaceOf(deployment) && ownerName(route) === deployment.metadata.name
      : isAdoptedFor(route, { deployment }),
  );

/** For a person, the one of its name too, whoever wrote it. */
const isAbout = (route: VirtualService, deployment: KubeObject): boolean =>
  isAdoptedFor(route, { deployment }) ||
  (namespaceOf(route) === namespaceOf(deployment) &&
    [route.metadata.name, madeFor(route)].includes(deployment.metadata.name));

const ownerName = (route: VirtualService): string => madeFor(route) ?? route.metadata.name;

const ROLE_LABEL = pointer('metadata', 'labels', ROLE);
