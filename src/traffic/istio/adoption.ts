import { ADOPTED_FOR, ROLE } from '../../rollout/keys.ts';
import { keyOf } from '../../rollout/kube.ts';
import type { TrafficWish } from '../../rollout/machine/traffic.ts';
import { type PatchOperation, pointer } from '../../rollout/object-change.ts';
import { ADOPTED } from './app-routes.ts';
import type { VirtualService } from './reach/objects.ts';
import { type SoleWeights, soleWeights } from './rule-weights.ts';

/** What is noted of a Deployment whose weights a route holds. */
export interface Adoption {
  /** The full hosts of its Services. */
  stable: string;
  canary: string;
  /** What is to be written again when it is over; left out where that is nothing. */
  weights?: SoleWeights;
}

/** Deployments whose weights a VirtualService of a user holds, by key; none for what cannot be read. */
export function adoptedFor({ metadata: { annotations } }: VirtualService): Record<string, Adoption> {
  try {
    const found: unknown = JSON.parse(annotations?.[ADOPTED_FOR] ?? '{}');
    return typeof found === 'object' && found !== null ? (found as Record<string, Adoption>) : {};
  } catch {
    return {};
  }
}

const hostsOf = ({ hosts, deployment, clusterDomain }: TrafficWish): Pick<Adoption, 'stable' | 'canary'> => {
  const full = (name: string) => `${name}.${deployment.metadata.namespace ?? 'default'}.svc.${clusterDomain}`;
  return { stable: full(hosts.stable), canary: full(hosts.canary) };
};

/** Marks a user's VirtualService as one whose weights are set for a Deployment: watches and the webhook find it by that. */
export function adopt(route: VirtualService, wish: TrafficWish): PatchOperation[] {
  const present = adoptedFor(route);
  const key = keyOf(wish.deployment);
  const known = present[key];
  const weights = known === undefined ? soleWeights(route, wish) : known.weights;
  const wanted = { ...hostsOf(wish), ...(Object.keys(weights ?? {}).length > 0 && { weights }) };
  const isMarked = route.metadata.labels?.[ROLE] === ADOPTED;
  if (isMarked && JSON.stringify(known) === JSON.stringify(wanted)) return [];
  return marks(route, { ...present, [key]: wanted });
}

/** Takes the mark for a Deployment away; with the last, the label goes. None where there is no mark. */
export function abandon(route: VirtualService, { deployment }: Pick<TrafficWish, 'deployment'>): PatchOperation[] {
  const { [keyOf(deployment)]: own, ...others } = adoptedFor(route);
  return own === undefined ? [] : marks(route, others);
}

function marks({ metadata }: VirtualService, adopted: Record<string, Adoption>): PatchOperation[] {
  const isAdopted = Object.keys(adopted).length > 0;
  const { [ROLE]: _role, ...labels } = metadata.labels ?? {};
  const { [ADOPTED_FOR]: _adopted, ...annotations } = metadata.annotations ?? {};
  return [
    { op: 'add', path: pointer('metadata', 'labels'), value: { ...labels, ...(isAdopted && { [ROLE]: ADOPTED }) } },
    {
      op: 'add',
      path: pointer('metadata', 'annotations'),
      value: { ...annotations, ...(isAdopted && { [ADOPTED_FOR]: JSON.stringify(adopted) }) },
    },
  ];
}
