import { ROLE } from '../../rollout/keys.ts';
import type { Deployment } from '../../rollout/kube.ts';
import type { TrafficWish } from '../../rollout/machine/traffic.ts';
import { canaryName } from '../../rollout/names.ts';
import type { ObjectChange } from '../../rollout/object-change.ts';
import { generatedMeta } from '../../rollout/workload/generated.ts';
import { canonical } from '../../rollout/workload/template.ts';
import { namesOf } from './hosts.ts';
import { apiVersion, DESTINATION_RULES, type DestinationRule, specOrEmpty } from './kinds.ts';

/** DestinationRules, by the host that they are for. */
export interface HostRules {
  stable?: DestinationRule;
  canary?: DestinationRule;
}

/**
 * Of the DestinationRules in a Deployment's namespace, those that users wrote for its hosts. Where there are several for one
 * host, Istio takes what the oldest says.
 */
export function usersRules(rules: readonly DestinationRule[], deployment: Deployment): HostRules {
  const users = rules.filter((rule) => !isOwn(rule)).toSorted(byAge);
  const { stable, canary } = namesOf(deployment);
  const forStable = users.find(isFor(stable));
  const forCanary = users.find(isFor(canary));
  return { ...(forStable && { stable: forStable }), ...(forCanary && { canary: forCanary }) };
}

/** Headgate's own, by their names. */
export function ownRules(rules: readonly DestinationRule[], { metadata: { name } }: Deployment): HostRules {
  const stable = rules.find((rule) => isOwn(rule) && rule.metadata.name === name);
  const canary = rules.find((rule) => isOwn(rule) && rule.metadata.name === canaryName(name));
  return { ...(stable && { stable }), ...(canary && { canary }) };
}

/** What makes the DestinationRules such that pods are reached in the same way, whether they are stable or canary. */
export function ruleChanges(rules: readonly DestinationRule[], wish: TrafficWish): ObjectChange[] {
  const own = ownRules(rules, wish.deployment);
  const wanted = wantedRules(usersRules(rules, wish.deployment), wish);
  return [...changesOf(own.stable, wanted.stable), ...changesOf(own.canary, wanted.canary)];
}

const isOwn = ({ metadata }: DestinationRule): boolean => metadata.labels?.[ROLE] !== undefined;

const isFor =
  (hosts: readonly string[]) =>
  (rule: DestinationRule): boolean =>
    hosts.includes(specOrEmpty(rule).host ?? '');

const born = ({ metadata }: DestinationRule): string => metadata.creationTimestamp ?? '';

const byAge = (a: DestinationRule, b: DestinationRule): number =>
  born(a).localeCompare(born(b)) || a.metadata.name.localeCompare(b.metadata.name);

/** A rule that a user wrote for a host holds, and Headgate makes none for it; the canary is treated like the stable. */
function wantedRules(users: HostRules, { deployment, service: { trafficPolicy } }: TrafficWish): HostRules {
  const { name } = deployment.metadata;
  const stable = trafficPolicy && ruleFor(deployment, name, { trafficPolicy });
  const words = users.stable ? copyable(users.stable) : trafficPolicy && { trafficPolicy };
  return {
    ...(stable && !users.stable && { stable }),
    ...(words && !users.canary && { canary: ruleFor(deployment, canaryName(name), words) }),
  };
}

const ruleFor = (
  deployment: Deployment,
  host: string,
  words: Omit<DestinationRule['spec'], 'host'>,
): DestinationRule => ({
  apiVersion,
  kind: DESTINATION_RULES.kind,
  metadata: generatedMeta(deployment, host, 'destination-rule'),
  spec: { ...words, host },
});

/** What of a rule holds for another host too: all but its subsets, which are of the pods of the one. */
function copyable(rule: DestinationRule) {
  const { host: _host, subsets: _subsets, ...words } = specOrEmpty(rule);
  return words.trafficPolicy === undefined ? undefined : words;
}

function changesOf(present: DestinationRule | undefined, wanted: DestinationRule | undefined): ObjectChange[] {
  const kind = DESTINATION_RULES;
  if (wanted === undefined) return present ? [{ do: 'delete', kind, object: present }] : [];
  if (present === undefined) return [{ do: 'create', kind, object: wanted }];
  if (canonical(present.spec) === canonical(wanted.spec)) return [];
  return [{ do: 'patch', kind, object: present, operations: [{ op: 'add', path: '/spec', value: wanted.spec }] }];
}
