import type { TrafficWish } from '../../rollout/machine/traffic.ts';
import { type PatchOperation, pointer } from '../../rollout/object-change.ts';
import { fullHostsOf, isChosenRule } from './app-routes.ts';
import { type DividedRule, dividedRules, type RulePart, type SplitTarget, SplitTargets } from './divided-rules.ts';
import type { HttpEntry, VirtualService, WeightedEntry } from './reach/objects.ts';

const partOf = ({ weight = 0 }: WeightedEntry | { weight?: number } = {}): number => Math.max(0, weight);

/** What the two have together, of the rule's weights: a sole destination has everything, whatever it says. */
const bothOf = ({ stable, canary, isSole }: RulePart<unknown>): number =>
  isSole ? 100 : partOf(stable) + partOf(canary);

/** Whether the two have anything that could be divided. */
export const hasTraffic = (part: RulePart<unknown>): boolean => bothOf(part) > 0;

/** The canary's part of what the two have, in percent; undefined where that is no whole number. */
export function weightOf({ stable, canary, isSole }: RulePart<unknown>): number | undefined {
  if (canary === undefined) return 0;
  const both = partOf(stable) + partOf(canary);
  const percent = (partOf(canary) * 100) / both;
  return (!isSole || both === 100) && Number.isInteger(percent) ? percent : undefined;
}

/** The canary's weight in each rule that has traffic of the two. */
export const weightsOf = (route: VirtualService, wish: TrafficWish): (number | undefined)[] =>
  rulesOf(route, wish).flatMap(({ parts }) => parts.filter(hasTraffic).map(weightOf));

/** JSON Patch that gives the canary a weight in every divided rule. */
export const weightPatch = (route: VirtualService, wish: TrafficWish, weight: number): PatchOperation[] =>
  rulesOf(route, wish).map((rule) =>
    replaceRoute(
      rule.index,
      divide(rule, () => weight),
    ),
  );

/** By the place of a rule, the weight of its sole destination: it has everything, whatever it says. */
export type SoleWeights = Readonly<Record<string, number>>;

/** What a user wrote of such weights before there was a canary. */
export function soleWeights(route: VirtualService, wish: TrafficWish): SoleWeights {
  const found = rulesOf(route, wish).flatMap(({ index, parts }) =>
    parts.map(({ stable, canary, isSole }) => [index, isSole && !canary ? stable.weight : undefined] as const),
  );
  return Object.fromEntries(found.flatMap(([index, weight]) => (weight === undefined ? [] : [[index, weight]])));
}

/**
 * JSON Patch that leaves no word of the canary: the stable Service has what the two had.
 * @param sole as `soleWeights` told it
 */
export const stablePatch = (route: VirtualService, wish: TrafficWish, sole: SoleWeights = {}): PatchOperation[] =>
  rulesOf(route, wish).map((rule) => replaceRoute(rule.index, gather(rule, sole[rule.index])));

export const replaceRoute = (index: number, value: readonly WeightedEntry[]): PatchOperation => ({
  op: 'replace',
  path: pointer('spec', 'http', index, 'route'),
  value,
});

function rulesOf(route: VirtualService, wish: TrafficWish): DividedRule<SplitTarget>[] {
  const target = { ...fullHostsOf(wish), isChosen: (rule: HttpEntry) => isChosenRule(route, rule, wish) };
  return dividedRules(route, new SplitTargets([target], wish.clusterDomain));
}

/**
 * The destinations of a rule with each canary at its weight, right after its stable destination. They follow from the shares
 * and the words of the rule alone, so that whoever writes the same rule without canaries gets the same again.
 */
export const divide = <T extends SplitTarget>(rule: DividedRule<T>, weightFor: (target: T) => number) =>
  written(rule, (part) => {
    const weight = weightFor(part.target);
    const { stable, canary = canaryLike(part) } = part;
    return [
      { entry: stable, share: bothOf(part) * (100 - weight) },
      { entry: canary, share: bothOf(part) * weight },
    ];
  });

function gather(rule: DividedRule<SplitTarget>, sole?: number): WeightedEntry[] {
  const entries = written(rule, (part) => [{ entry: part.stable, share: bothOf(part) * 100 }]);
  if (!rule.parts.some(({ isSole }) => isSole)) return entries;
  return entries.map(({ weight: _weight, ...alone }) =>
    typeof sole === 'number' ? { ...alone, weight: sole } : alone,
  );
}

interface Share {
  entry: WeightedEntry;
  share: number;
}

function written<T>(
  { entries, parts }: DividedRule<T>,
  sharesOf: (part: RulePart<T>) => readonly Share[],
): WeightedEntry[] {
  const byStable = new Map(parts.map((part) => [part.stable, part]));
  const canaries = new Set(parts.map(({ canary }) => canary));
  const shares = entries.flatMap((entry): readonly Share[] => {
    const part = byStable.get(entry);
    if (part) return sharesOf(part);
    return canaries.has(entry) ? [] : [{ entry, share: partOf(entry) * 100 }];
  });
  const weights = wholeWeights(shares.map(({ share }) => share));
  return shares.map(({ entry }, index) => ({ ...entry, weight: weights[index] ?? 0 }));
}

/** The least whole numbers with exactly these shares; where they can sum to 100, as people write them, they do. */
function wholeWeights(shares: readonly number[]): number[] {
  const common = Math.max(1, shares.reduce(gcd, 0));
  const sum = shares.reduce((total, share) => total + share / common, 0);
  const scale = sum > 0 && 100 % sum === 0 ? 100 / sum : 1;
  return shares.map((share) => (share / common) * scale);
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** The stable destination with the canary's host, written as the stable one is. A subset is defined for one host: the canary's has none. */
function canaryLike({ stable, target }: RulePart<SplitTarget>): WeightedEntry {
  const { subset: _subset, ...destination } = stable.destination;
  const [name = ''] = target.canary.split('.');
  const [, ...rest] = destination.host.split('.');
  return { ...stable, destination: { ...destination, host: [name, ...rest].join('.') } };
}
