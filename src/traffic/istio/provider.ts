import { ROLE } from '../../rollout/keys.ts';
import { type ObjectChange, pointer } from '../../rollout/object-change.ts';
import type { TrafficObjects, TrafficProvider } from '../provider.ts';
import { describeRoute } from './describe.ts';
import { ownRules, ruleChanges } from './destination-rules.ts';
import {
  DESTINATION_RULES,
  isDestinationRule,
  isVirtualService,
  VIRTUAL_SERVICES,
  type VirtualService,
} from './kinds.ts';
import { patchRoute, patchWeights, readRoute, releaseRoute, renderRoute } from './virtual-service.ts';

/** The VirtualService of a Deployment is the one of its name. */
const routeNamed = (objects: TrafficObjects, name: string): VirtualService | undefined =>
  objects.filter(isVirtualService).find(({ metadata }) => metadata.name === name);

const patch = (object: VirtualService, operations: ReturnType<typeof patchRoute>): ObjectChange => ({
  do: 'patch',
  kind: VIRTUAL_SERVICES,
  object,
  operations,
});

/** Istio: weights in a VirtualService, and DestinationRules by which both hosts are reached in the same way. */
export const istio: TrafficProvider = {
  sources: [
    { kind: VIRTUAL_SERVICES, others: 'named' },
    { kind: DESTINATION_RULES, others: 'namespace', optional: true },
  ],
  read(objects, wish) {
    const route = routeNamed(objects, wish.deployment.metadata.name);
    return {
      ...(route && { route: readRoute(route, wish) }),
      prerequisites: ruleChanges(objects.filter(isDestinationRule), wish),
    };
  },
  render(objects, wish, weight) {
    const route = routeNamed(objects, wish.deployment.metadata.name);
    if (route === undefined) return [{ do: 'create', kind: VIRTUAL_SERVICES, object: renderRoute(wish, weight) }];
    return [patch(route, patchRoute(route, wish, weight))];
  },
  reweigh(objects, wish, weight) {
    const route = routeNamed(objects, wish.deployment.metadata.name);
    return route ? [patch(route, patchWeights(route, wish, weight))] : [];
  },
  release(objects, wish) {
    const route = routeNamed(objects, wish.deployment.metadata.name);
    if (route?.metadata.labels?.[ROLE] === undefined) return [];
    return [patch(route, releaseRoute(route, wish))];
  },
  cleanUp(objects, { deployment }) {
    const { stable, canary } = ownRules(objects.filter(isDestinationRule), deployment);
    const kind = DESTINATION_RULES;
    return [
      ...(canary ? [{ do: 'delete', kind, object: canary } as const] : []),
      // Clients may count on it: it stays, as its user's.
      ...(stable
        ? [{ do: 'patch', kind, object: stable, operations: [{ op: 'remove', path: ROLE_LABEL }] } as const]
        : []),
    ];
  },
  describe: (objects, name) => [describeRoute(routeNamed(objects, name), name)],
};

const ROLE_LABEL = pointer('metadata', 'labels', ROLE);
