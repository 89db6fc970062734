import type { Service } from '../../../rollout/kube.ts';
import { matchesHost, resolveHost, serviceHost, specificity } from './host.ts';
import { byCreation } from './host-owner.ts';
import { type DestinationRule, istioName, type MeshObjects, namespaceOf } from './objects.ts';
import { isExported, isPrivate } from './visibility.ts';

/**
 * The DestinationRules that bind a Service for clients of a namespace; none, if no rule does. The client's own namespace is
 * searched first, then the Service's, then the root namespace, and the first with a rule for the host ends the search. There
 * the most specific host counts; of several rules for it the oldest, joined by those that are exported alike.
 */
export function bindingRules(service: Service, client: string, objects: MeshObjects): DestinationRule[] {
  const places = [
    rulesOfClient(client, objects),
    ...[namespaceOf(service), objects.rootNamespace].map(rulesIn(objects)),
  ];
  for (const rules of places) {
    const found = mostSpecific(rules.filter(isSeenFrom(client)), service, objects);
    if (found.length > 0) return found;
  }
  return [];
}

const rulesIn =
  ({ destinationRules }: MeshObjects) =>
  (namespace: string): DestinationRule[] =>
    destinationRules.filter((rule) => namespaceOf(rule) === namespace && isForAllClients(rule));

/** Rules of the root namespace are meant for the mesh, so its own clients only prefer those that are private to it. */
function rulesOfClient(client: string, objects: MeshObjects): DestinationRule[] {
  const rules = rulesIn(objects)(client);
  if (client !== objects.rootNamespace) return rules;
  return rules.filter((rule) => isPrivate(rule.spec.exportTo ?? [], client));
}

/** A rule with a workloadSelector holds for some pods of a namespace only, and so proves nothing for all of them. */
const isForAllClients = ({ spec }: DestinationRule): boolean => spec.workloadSelector === undefined;

const isSeenFrom =
  (client: string) =>
  (rule: DestinationRule): boolean =>
    isExported(rule.spec.exportTo ?? [], namespaceOf(rule), client);

function mostSpecific(rules: DestinationRule[], service: Service, objects: MeshObjects): DestinationRule[] {
  const fitting = rulesFor(service, rules, objects);
  const best = Math.max(0, ...fitting.map(({ pattern }) => specificity(pattern)));
  const [oldest, ...others] = fitting
    .filter(({ pattern }) => specificity(pattern) === best)
    .map(({ rule }) => rule)
    .toSorted(byCreation);
  return oldest === undefined ? [] : [oldest, ...others.filter((rule) => isExportedAlike(rule, oldest))];
}

function rulesFor(service: Service, rules: readonly DestinationRule[], objects: MeshObjects) {
  const host = serviceHost(service, objects);
  return rules
    .map((rule) => ({ rule, pattern: resolveHost(rule.spec.host ?? '', namespaceOf(rule), objects) }))
    .filter(({ pattern }) => matchesHost(pattern, host));
}

function isExportedAlike(a: DestinationRule, b: DestinationRule): boolean {
  const exports = ({ spec: { exportTo = [] }, ...rule }: DestinationRule): string =>
    [...new Set(exportTo.map((entry) => (entry === '.' ? namespaceOf(rule) : entry)))].toSorted().join();
  return exports(a) === exports(b);
}

export const definesSubset = (rules: readonly DestinationRule[], subset: string): boolean =>
  rules.some(({ spec: { subsets = [] } }) => subsets.some(({ name }) => name === subset));

/** The names of the rules, of any namespace, that define a subset of a Service, whether or not they bind it for a client. */
export const rulesWithSubset = (service: Service, subset: string, objects: MeshObjects): DestinationRule[] =>
  rulesFor(service, objects.destinationRules, objects)
    .map(({ rule }) => rule)
    .filter((rule) => definesSubset([rule], subset));

export const ruleNames = (rules: readonly DestinationRule[]): string =>
  rules.map((rule) => `DestinationRule ${istioName(rule)}`).join(' and ');
