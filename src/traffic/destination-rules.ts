import { ROLE } from '../rollout/keys.ts';
import type { Deployment, DestinationRule } from '../rollout/kube.ts';
import type { HostRules } from '../rollout/machine/observation.ts';
import { namesOf } from './hosts.ts';

/**
 * Of the DestinationRules in a Deployment's namespace, those that users wrote for its hosts. Where there are several for one
 * host, Istio takes what the oldest says.
 */
export function usersRules(rules: readonly DestinationRule[], deployment: Deployment): HostRules {
  const users = rules.filter(({ metadata }) => metadata.labels?.[ROLE] === undefined).toSorted(byAge);
  const { stable, canary } = namesOf(deployment);
  const forStable = users.find(isFor(stable));
  const forCanary = users.find(isFor(canary));
  return { ...(forStable && { stable: forStable }), ...(forCanary && { canary: forCanary }) };
}

const isFor =
  (hosts: readonly string[]) =>
  ({ spec }: DestinationRule): boolean =>
    hosts.includes(spec.host ?? '');

const born = ({ metadata }: DestinationRule): string => metadata.creationTimestamp ?? '';

const byAge = (a: DestinationRule, b: DestinationRule): number =>
  born(a).localeCompare(born(b)) || a.metadata.name.localeCompare(b.metadata.name);
