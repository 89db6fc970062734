import type { TrafficWish } from '../../rollout/machine/traffic.ts';
import { type PatchOperation, pointer } from '../../rollout/object-change.ts';
import { destinationsTo, isChosenRule } from './app-routes.ts';
import type { HttpEntry, VirtualService, WeightedEntry } from './reach/objects.ts';

/** One HTTP rule whose traffic to the stable Service can be divided. */
export interface DividedRule {
  /** Its place under `spec.http`. */
  index: number;
  stable: WeightedEntry;
  canary?: WeightedEntry;
  /** Destinations of others, whose parts stay as they are. */
  others: readonly WeightedEntry[];
}

/**
 * The rules of a VirtualService that lead to the stable Service once. One that leads to the canary alone is a tester's, and
 * keeps what it has; so does one that its user left out of `routes`.
 */
export function dividedRules(route: VirtualService, wish: TrafficWish): DividedRule[] {
  const to = destinationsTo(route, wish);
  return (route.spec.http ?? []).flatMap((rule, index) => {
    if (!isChosenRule(route, rule, wish)) return [];
    const [stable, ...twice] = to.stable(rule);
    const [canary, ...more] = to.canary(rule);
    if (stable === undefined || twice.length > 0 || more.length > 0) return [];
    const others = (rule.route ?? []).filter((entry) => entry !== stable && entry !== canary);
    if (others.some(({ weight }) => weight === undefined)) return [];
    return [{ index, stable, ...(canary && { canary }), others }];
  });
}

const partOf = ({ weight }: WeightedEntry | Record<string, never> = {}): number => weight ?? 0;

/** The canary's part of what the two have, in percent; undefined where that is no whole number. */
export function weightOf({ stable, canary, others }: DividedRule): number | undefined {
  if (canary === undefined) return 0;
  const both = partOf(stable) + partOf(canary);
  const percent = (partOf(canary) * 100) / both;
  const isPlain = others.length > 0 || both === 100;
  return isPlain && Number.isInteger(percent) ? percent : undefined;
}

/** What the two have together, of the rule's weights: a sole destination has everything, whatever it says. */
const bothOf = ({ stable, canary, others }: DividedRule): number =>
  others.length === 0 ? 100 : partOf(stable) + partOf(canary);

/**
 * JSON Patch that gives the canary a weight in every divided rule. Weights are whole numbers: where others have parts too, all
 * are multiplied until the canary's is one, so that every share is exact.
 */
export const weightPatch = (route: VirtualService, wish: TrafficWish, weight: number): PatchOperation[] =>
  dividedRules(route, wish).map((rule) => {
    const { index, stable, canary = canaryLike(stable, wish), others } = rule;
    const both = bothOf(rule);
    const times = others.length === 0 ? 1 : 100 / gcd(both * weight, 100);
    const part = (both * times * weight) / 100;
    return replace(index, [
      { ...stable, weight: both * times - part },
      { ...canary, weight: part },
      ...others.map((entry) => ({ ...entry, weight: partOf(entry) * times })),
    ]);
  });

/** By the place of a rule, the weight of its sole destination: it has everything, whatever it says. */
export type SoleWeights = Readonly<Record<string, number>>;

/** What a user wrote of such weights before there was a canary. */
export function soleWeights(route: VirtualService, wish: TrafficWish): SoleWeights {
  const alone = dividedRules(route, wish).filter(({ canary, others }) => canary === undefined && others.length === 0);
  return Object.fromEntries(
    alone.flatMap(({ index, stable: { weight } }) => (weight === undefined ? [] : [[index, weight]])),
  );
}

/**
 * JSON Patch that leaves no word of the canary: the stable Service has what the two had.
 * @param sole as `soleWeights` told it
 */
export const stablePatch = (route: VirtualService, wish: TrafficWish, sole: SoleWeights = {}): PatchOperation[] =>
  dividedRules(route, wish).map((rule) => {
    const { index, stable, others } = rule;
    const { weight: _weight, ...alone } = stable;
    const written = sole[index];
    if (others.length === 0) return replace(index, [written === undefined ? alone : { ...alone, weight: written }]);
    const parts = [bothOf(rule), ...others.map(partOf)];
    const shared = parts.reduce(gcd);
    const scale = scaleTo100(parts.map((part) => part / shared));
    return replace(index, [
      { ...alone, weight: (bothOf(rule) / shared) * scale },
      ...others.map((entry) => ({ ...entry, weight: (partOf(entry) / shared) * scale })),
    ]);
  });

/** Weights that people write sum to 100, where they can. */
function scaleTo100(parts: readonly number[]): number {
  const sum = parts.reduce((total, part) => total + part, 0);
  return sum > 0 && 100 % sum === 0 ? 100 / sum : 1;
}

const gcd = (a: number, b: number): number => (b === 0 ? Math.max(a, 1) : gcd(b, a % b));

const replace = (index: number, value: HttpEntry['route']): PatchOperation => ({
  op: 'replace',
  path: pointer('spec', 'http', index, 'route'),
  value,
});

/** The stable destination with the canary's host, written as the stable one is. A subset is defined for one host: the canary's has none. */
function canaryLike(stable: WeightedEntry, { hosts }: TrafficWish): WeightedEntry {
  const { subset: _subset, ...destination } = stable.destination;
  const [, ...rest] = destination.host.split('.');
  return { ...stable, destination: { ...destination, host: [hosts.canary, ...rest].join('.') } };
}
