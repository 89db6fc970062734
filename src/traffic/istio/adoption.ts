import { ADOPTED_FOR, ROLE } from '../../rollout/keys.ts';
import { type KubeObject, keyOf } from '../../rollout/kube.ts';
import type { TrafficWish } from '../../rollout/machine/traffic.ts';
import { type PatchOperation, pointer } from '../../rollout/object-change.ts';
import { isNumber, isRecord } from '../../rollout/spec/rules/findings.ts';
import { adoptedFor, MOST_SHARING } from '../../rollout/workload/adopted-for.ts';
import { ADOPTED, chosenRules, fullHostsOf } from './app-routes.ts';
import type { VirtualService } from './reach/objects.ts';
import { type SoleWeights, soleWeights } from './rule-weights.ts';

/** What is divided for a Deployment: the full hosts of its Services. */
export interface Adoption {
  stable: string;
  canary: string;
  /** Names of the rules that are meant; left out: all of the object. */
  rules?: string[];
  /** What is to be written again when it is over; left out where that is nothing. */
  weights?: SoleWeights;
}

/** Deployments whose weights a VirtualService of a user holds, by key, as Headgate noted them. What somebody else noted is none. */
export const adoptions = (route: VirtualService): Record<string, Adoption> =>
  Object.fromEntries(
    Object.entries(adoptedFor(route)).filter((entry): entry is [string, Adoption] => isAdoption(entry[1])),
  );

export const isAdoptedFor = (route: VirtualService, { deployment }: { deployment: KubeObject }): boolean =>
  adoptions(route)[keyOf(deployment)] !== undefined;

/** The same, of one that bears the mark; undefined where a part of it cannot be understood. */
export function adoptionsOf(route: VirtualService): Record<string, Adoption> | undefined {
  if (route.metadata.labels?.[ROLE] !== ADOPTED) return undefined;
  const found = adoptedFor(route);
  return Object.values(found).every(isAdoption) ? (found as Record<string, Adoption>) : undefined;
}

function isAdoption(value: unknown): value is Adoption {
  const { stable, canary, rules = [], weights = {} } = isRecord(value) ? value : {};
  const isNamed = Array.isArray(rules) && rules.every((rule) => typeof rule === 'string');
  return [stable, canary].every(isFullHost) && isNamed && isRecord(weights) && Object.values(weights).every(isWeight);
}

/** That Istio's definition takes. */
const isWeight = (value: unknown): boolean =>
  isNumber(value) && Number.isInteger(value) && value >= 0 && value < 2 ** 31;

const isFullHost = (host: unknown): boolean => typeof host === 'string' && host.split('.')[2] === 'svc';

/** Such as `cluster.local`. */
export const clusterDomainOf = ({ stable }: Pick<Adoption, 'stable'>): string => stable.split('.').slice(3).join('.');

/** JSON Patch that gives an object the mark that it had before somebody wrote it. */
export const keptMarks = (before: KubeObject, after: KubeObject): PatchOperation[] => [
  ...keptKey('labels', ROLE, { before, after }),
  ...keptKey('annotations', ADOPTED_FOR, { before, after }),
];

function keptKey(
  place: 'labels' | 'annotations',
  key: string,
  { before, after }: Record<'before' | 'after', KubeObject>,
): PatchOperation[] {
  const value = before.metadata[place]?.[key];
  const present = after.metadata[place];
  if (value === present?.[key]) return [];
  if (present === undefined) return [{ op: 'add', path: pointer('metadata', place), value: { [key]: value } }];
  return [{ op: 'add', path: pointer('metadata', place, key), value }];
}

/** Marks a user's VirtualService as one whose weights are set for a Deployment: watches and the webhook find it by that. */
export function adopt(route: VirtualService, wish: TrafficWish): PatchOperation[] {
  const present = adoptions(route);
  const key = keyOf(wish.deployment);
  // One more is weighed all the same; only what its user applies meanwhile is not kept from it.
  if (present[key] === undefined && Object.keys(present).length >= MOST_SHARING) return [];
  const rules = chosenRules(route, wish);
  const known = present[key];
  const weights = known ? known.weights : soleWeights(route, wish);
  const adoption = {
    ...fullHostsOf(wish),
    ...(rules && { rules }),
    ...(Object.keys(weights ?? {}).length > 0 && { weights }),
  };
  const isMarked = route.metadata.labels?.[ROLE] === ADOPTED;
  if (isMarked && JSON.stringify(known) === JSON.stringify(adoption)) return [];
  return marks(route, { ...present, [key]: adoption });
}

/** Takes the mark for a Deployment away; with the last, the label goes. None where there is no mark. */
export function abandon(route: VirtualService, { deployment }: Pick<TrafficWish, 'deployment'>): PatchOperation[] {
  const { [keyOf(deployment)]: own, ...others } = adoptions(route);
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
