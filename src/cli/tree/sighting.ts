import type { Deployment, ReplicaSet } from '../../rollout/kube.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import type { VirtualService } from '../../traffic/istio.ts';
import type { Pod } from './pod.ts';

/** A Canary and what surrounds it, as one person could see it. What is undefined is not there, or in `hidden`. */
export interface Sighting {
  canary: Canary;
  deployment: Deployment | undefined;
  canaryDeployment: Deployment | undefined;
  replicaSets: readonly ReplicaSet[];
  pods: readonly Pod[];
  route: VirtualService | undefined;
  /** Kinds, by their plural, that this person may not read. */
  hidden: ReadonlySet<string>;
  /** Milliseconds since the epoch. */
  now: number;
  /** With addresses, nodes and whole image names. */
  wide: boolean;
  /** How the program was called, for what one might type next. */
  program: string;
}
