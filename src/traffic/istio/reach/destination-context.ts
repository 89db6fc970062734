import type { Service } from '../../../rollout/kube.ts';
import type { ClusterName } from './cluster-name.ts';
import type { Listener } from './listener.ts';
import type { MeshObjects } from './objects.ts';
import type { RouteRefusal } from './refusal.ts';
import type { RouteRule, RuleDestination } from './rules.ts';

/** A destination of a rule on a listener, the cluster it names, and the Service behind it. */
export interface DestinationContext {
  destination: RuleDestination;
  rule: RouteRule;
  listener: Listener;
  cluster: ClusterName;
  service: Service;
  objects: MeshObjects;
}

export type DestinationCheck = (context: DestinationContext) => RouteRefusal | undefined;
