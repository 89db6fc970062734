import type { KubeObject } from '../../rollout/kube.ts';
import { isRecord } from '../../rollout/spec/rules/findings.ts';
import { hasMoreValues } from '../../rollout/values.ts';
import type { KeptWeights } from '../provider.ts';
import { type Adoption, adoptionsOf, clusterDomainOf, keptMarks } from './adoption.ts';
import { type DividedRule, dividedRules, type RulePart, type SplitTarget, SplitTargets } from './divided-rules.ts';
import { withStables } from './lost-stables.ts';
import type { VirtualService, WeightedEntry } from './reach/objects.ts';
import { isReadable } from './readable.ts';
import { divide, hasTraffic, replaceRoute, weightOf } from './rule-weights.ts';

/** A Deployment that a VirtualService is adopted for. */
export interface AdoptedTarget extends SplitTarget {
  /** `namespace/name` */
  key: string;
}

/**
 * What keeps the weights of an adopted VirtualService as they were, and Headgate's marks on it, in whatever its owner makes of
 * it. A rule that is applied again as it was before adoption becomes what was stored; a new one gets the weight too. All else
 * passes: rules and matches, other destinations and their parts, a rule that leads elsewhere. Where the old weights are not
 * clear, or there are too many rules, none is kept. The time that it takes is linear in the size of both.
 */
export function keepWeights(before: KubeObject, after: KubeObject): KeptWeights {
  if ([before, after].some(isLarge)) return { ...NOTHING, operations: keptMarks(before, after), isTooLarge: true };
  if (!isReadable(before) || !isReadable(after)) return NOTHING;
  const adoptions = adoptionsOf(before) ?? {};
  const [first] = Object.values(adoptions);
  if (first === undefined) return NOTHING;
  const targets = Object.entries(adoptions).map(([key, adoption]) => targetOf(key, adoption));
  const { operations, overruled } = keptRoutes(before, after, { targets, clusterDomain: clusterDomainOf(first) });
  return { operations: [...keptMarks(before, after), ...operations], overruled };
}

/** Fields and entries of the rules of one object: some thousands of rules. Whoever writes it waits, and so do others. */
export const MAX_RULE_VALUES = 30_000;

const isLarge = ({ spec }: KubeObject): boolean => isRecord(spec) && hasMoreValues(spec['http'], MAX_RULE_VALUES);

const NOTHING: KeptWeights = { operations: [], overruled: [] };

function targetOf(key: string, { stable, canary, rules }: Adoption): AdoptedTarget {
  const chosen = rules && new Set(rules);
  return { key, stable, canary, isChosen: ({ name = '' }) => chosen?.has(name) ?? true };
}

interface Known {
  targets: readonly AdoptedTarget[];
  clusterDomain: string;
}

function keptRoutes(before: VirtualService, after: VirtualService, { targets, clusterDomain }: Known): KeptWeights {
  const old = dividedRules(before, new SplitTargets(targets, clusterDomain));
  const weights = agreedWeights(old);
  const kept = new SplitTargets([...weights.keys()], clusterDomain);
  const isMoved = (part: RulePart<AdoptedTarget>) =>
    part.canary === undefined || (hasTraffic(part) && weightOf(part) !== weights.get(part.target));
  const moved = dividedRules(withStables(before, after, { old, targets: kept }), kept).flatMap((rule) => {
    const isSent = rule.entries === after.spec.http?.[rule.index]?.route;
    if (isSent && !rule.parts.some(isMoved)) return [];
    const route = divide(rule, (target) => weights.get(target) ?? 0);
    return route.every(isStorable) ? [{ rule, route }] : [];
  });
  const overruled = moved.flatMap(({ rule }) => rule.parts.filter((part) => part.canary !== undefined));
  return {
    operations: moved.map(({ rule, route }) => replaceRoute(rule.index, route)),
    overruled: [...new Set(overruled.map(({ target }) => target.key))],
  };
}

/** The weight of each whose rules agree on one. */
function agreedWeights(rules: readonly DividedRule<AdoptedTarget>[]): Map<AdoptedTarget, number> {
  const found = new Map<AdoptedTarget, Set<number | undefined>>();
  for (const part of rules.flatMap(({ parts }) => parts.filter(hasTraffic))) {
    found.set(part.target, (found.get(part.target) ?? new Set()).add(weightOf(part)));
  }
  return new Map(
    [...found].flatMap(([target, [weight, ...others]]) =>
      weight === undefined || others.length > 0 ? [] : [[target, weight] as const],
    ),
  );
}

/** Weights are stored as 32-bit numbers: a patch with a greater one would be refused, and the write with it. */
const isStorable = ({ weight = 0 }: WeightedEntry): boolean => weight < 2 ** 31;
