import { ADOPTED_FOR, ROLE } from '../../rollout/keys.ts';
import { keyOf } from '../../rollout/kube.ts';
import type { TrafficWish } from '../../rollout/machine/traffic.ts';
import { type PatchOperation, pointer } from '../../rollout/object-change.ts';
import { ADOPTED } from './app-routes.ts';
import type { VirtualService } from './reach/objects.ts';

/** The full hosts of a Deployment's Services. */
export interface AdoptedHosts {
  stable: string;
  canary: string;
}

/** Deployments whose weights a VirtualService of a user holds, by key; none for what cannot be read. */
export function adoptedFor({ metadata: { annotations } }: VirtualService): Record<string, AdoptedHosts> {
  try {
    const found: unknown = JSON.parse(annotations?.[ADOPTED_FOR] ?? '{}');
    return typeof found === 'object' && found !== null ? (found as Record<string, AdoptedHosts>) : {};
  } catch {
    return {};
  }
}

const hostsOf = ({ hosts, deployment, clusterDomain }: TrafficWish): AdoptedHosts => {
  const full = (name: string) => `${name}.${deployment.metadata.namespace ?? 'default'}.svc.${clusterDomain}`;
  return { stable: full(hosts.stable), canary: full(hosts.canary) };
};

/** Marks a user's VirtualService as one whose weights are set for a Deployment: watches and the webhook find it by that. */
export function adopt(route: VirtualService, wish: TrafficWish): PatchOperation[] {
  const present = adoptedFor(route);
  const key = keyOf(wish.deployment);
  const hosts = hostsOf(wish);
  const isMarked = route.metadata.labels?.[ROLE] === ADOPTED;
  if (isMarked && JSON.stringify(present[key]) === JSON.stringify(hosts)) return [];
  return marks(route, { ...present, [key]: hosts });
}

/** Takes the mark for a Deployment away; with the last, the label goes. None where there is no mark. */
export function abandon(route: VirtualService, { deployment }: Pick<TrafficWish, 'deployment'>): PatchOperation[] {
  const { [keyOf(deployment)]: own, ...others } = adoptedFor(route);
  return own === undefined ? [] : marks(route, others);
}

function marks({ metadata }: VirtualService, adopted: Record<string, AdoptedHosts>): PatchOperation[] {
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
