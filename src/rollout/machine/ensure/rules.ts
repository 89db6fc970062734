import type { DestinationRule } from '../../kube.ts';
import { canaryName } from '../../names.ts';
import { canonical } from '../../workload/template.ts';
import { ruleFor } from '../../workload/workload.ts';
import type { Effect } from '../effects.ts';
import type { HostRules } from '../observation.ts';
import type { Situation } from '../situation.ts';

/** The DestinationRules by which pods are reached in the same way, whether they are stable or canary. */
export function ensureRules(s: Situation): Effect[] {
  const { own } = s.seen.rules;
  const wanted = wantedRules(s);
  return [...ensureRule(own.stable, wanted.stable), ...ensureRule(own.canary, wanted.canary)];
}

/** Whether they all stand. */
export const isRuled = (s: Situation): boolean => ensureRules(s).length === 0;

/** A rule that a user wrote for a host holds, and Headgate makes none for it; the canary is treated like the stable. */
function wantedRules({ seen: { deployment, rules }, spec: { service } }: Situation): HostRules {
  const { name } = deployment.metadata;
  const { users } = rules;
  const { trafficPolicy } = service;
  const stable = trafficPolicy && ruleFor(deployment, name, { trafficPolicy });
  const words = users.stable ? copyable(users.stable) : trafficPolicy && { trafficPolicy };
  return {
    ...(stable && !users.stable && { stable }),
    ...(words && !users.canary && { canary: ruleFor(deployment, canaryName(name), words) }),
  };
}

/** What of a rule holds for another host too: all but its subsets, which are of the pods of the one. */
function copyable({ spec: { host: _host, subsets: _subsets, ...words } }: DestinationRule) {
  return words.trafficPolicy === undefined ? undefined : words;
}

function ensureRule(present: DestinationRule | undefined, wanted: DestinationRule | undefined): Effect[] {
  if (wanted === undefined) return present ? [{ do: 'deleteRule', rule: present }] : [];
  if (present === undefined) return [{ do: 'setRule', rule: wanted }];
  if (canonical(present.spec) === canonical(wanted.spec)) return [];
  return [{ do: 'setRule', rule: wanted, resourceVersion: present.metadata.resourceVersion ?? '' }];
}
