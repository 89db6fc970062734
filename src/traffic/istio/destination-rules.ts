import { CANARY_SUFFIX, ROLE } from '../../rollout/keys.ts';
import type { Deployment } from '../../rollout/kube.ts';
import type { TrafficWish } from '../../rollout/machine/traffic.ts';
import { stemOf } from '../../rollout/names.ts';
import type { ObjectChange } from '../../rollout/object-change.ts';
import { generatedMeta, madeFor, replaceable } from '../../rollout/workload/generated.ts';
import { isSame } from '../../rollout/workload/template.ts';
import type { RouteTarget } from './app-routes.ts';
import { apiVersion, DESTINATION_RULES } from './kinds.ts';
import { fullHost, resolveHost } from './reach/host.ts';
import { byCreation } from './reach/host-owner.ts';
import type { DestinationRule } from './reach/objects.ts';
import { namespaceOf } from './reach/objects.ts';

/** DestinationRules, by the host that they are for. */
export interface HostRules {
  stable?: DestinationRule;
  canary?: DestinationRule;
}

/**
 * Of the DestinationRules in a Deployment's namespace, those that users wrote for its hosts. Where there are several for one
 * host, Istio takes what the oldest says.
 */
export function usersRules(rules: readonly DestinationRule[], wish: RouteTarget): HostRules {
  const users = rules.filter((rule) => !isOwn(rule) && isBeside(rule, wish)).toSorted(byCreation);
  const forStable = users.find((rule) => isFor(rule, wish.hosts.stable, wish));
  const forCanary = users.find((rule) => isFor(rule, wish.hosts.canary, wish));
  return { ...(forStable && { stable: forStable }), ...(forCanary && { canary: forCanary }) };
}

/** Headgate's own for a Deployment; the canary's has the name with the suffix. */
export function ownRules(rules: readonly DestinationRule[], deployment: Deployment): HostRules {
  const { name } = deployment.metadata;
  const isIt = (rule: DestinationRule) => (madeFor(rule) ?? stemOf(rule.metadata.name)) === name;
  const own = rules.filter((rule) => isOwn(rule) && isBeside(rule, { deployment }) && isIt(rule));
  const stable = own.find(({ metadata }) => !metadata.name.endsWith(CANARY_SUFFIX));
  const canary = own.find(({ metadata }) => metadata.name.endsWith(CANARY_SUFFIX));
  return { ...(stable && { stable }), ...(canary && { canary }) };
}

/** What makes the DestinationRules such that pods are reached in the same way, whether they are stable or canary. */
export function ruleChanges(rules: readonly DestinationRule[], wish: TrafficWish): ObjectChange[] {
  const own = ownRules(rules, wish.deployment);
  const wanted = wantedRules(usersRules(rules, wish), wish);
  return [...changesOf(own.stable, wanted.stable), ...changesOf(own.canary, wanted.canary)];
}

const isOwn = ({ metadata }: DestinationRule): boolean => metadata.labels?.[ROLE] !== undefined;

/** Those of other namespaces are there where routes are: they hold for the clients of theirs. */
const isBeside = (rule: DestinationRule, { deployment }: Pick<RouteTarget, 'deployment'>): boolean =>
  namespaceOf(rule) === (deployment.metadata.namespace ?? 'default');

const isFor = (rule: DestinationRule, name: string, { deployment, clusterDomain }: RouteTarget): boolean =>
  resolveHost(rule.spec.host ?? '', namespaceOf(rule), { clusterDomain }) ===
  fullHost(name, deployment.metadata.namespace ?? 'default', { clusterDomain });

/** A rule that a user wrote for a host holds, and Headgate makes none for it; the canary is treated like the stable. */
function wantedRules(users: HostRules, { deployment, hosts, service: { trafficPolicy } }: TrafficWish): HostRules {
  const stable = trafficPolicy && ruleFor(deployment, hosts.stable, { trafficPolicy });
  const words = users.stable ? copyable(users.stable) : trafficPolicy && { trafficPolicy };
  return {
    ...(stable && !users.stable && { stable: replaceable(stable) }),
    ...(words && !users.canary && { canary: ruleFor(deployment, hosts.canary, words) }),
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
  const { host: _host, subsets: _subsets, ...words } = rule.spec;
  return words.trafficPolicy === undefined ? undefined : words;
}

function changesOf(present: DestinationRule | undefined, wanted: DestinationRule | undefined): ObjectChange[] {
  const kind = DESTINATION_RULES;
  if (wanted === undefined) return present ? [{ do: 'delete', kind, object: present }] : [];
  if (present === undefined) return [{ do: 'create', kind, object: wanted }];
  if (isSame(present.spec, wanted.spec)) return [];
  return [{ do: 'patch', kind, object: present, operations: [{ op: 'add', path: '/spec', value: wanted.spec }] }];
}
