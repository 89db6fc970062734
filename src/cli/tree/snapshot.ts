import type { Deployment, Pod, ReplicaSet } from '../../rollout/kube.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import type { RouteDescription } from '../../traffic/provider.ts';

/** A Canary and what surrounds it, as one person could see it. What is undefined is not there, or in `hidden`. */
export interface CanarySnapshot {
  canary: Canary;
  deployment: Deployment | undefined;
  canaryDeployment: Deployment | undefined;
  replicaSets: readonly ReplicaSet[];
  pods: readonly Pod[];
  /** None where no route may be read. */
  routes: readonly RouteDescription[];
  /** Kinds, by their plural, that this person may not read. */
  hidden: ReadonlySet<string>;
  /** Milliseconds since the epoch. */
  now: number;
  /** With addresses, nodes and whole image names. */
  wide: boolean;
  /** How the program was called, for what one might type next. */
  program: string;
}
