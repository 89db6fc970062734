import { canonical } from '../../rollout/workload/template.ts';
import type { DividedRule, SplitTarget, SplitTargets } from './divided-rules.ts';
import type { HttpEntry, VirtualService, WeightedEntry } from './reach/objects.ts';

interface Before<T extends SplitTarget> {
  /** The rules that were divided. */
  old: readonly DividedRule<T>[];
  targets: SplitTargets<T>;
}

/**
 * A rule that was divided, and now leads to the canary without the stable Service, would move all of its traffic: its stable
 * destination comes back. One with another match, or another name, is a tester's.
 */
export function withStables<T extends SplitTarget>(
  before: VirtualService,
  after: VirtualService,
  { old, targets }: Before<T>,
): VirtualService {
  const { http = [] } = after.spec;
  const lost = http.map((rule) => canariesAlone(after, rule, targets));
  if (lost.every(({ size }) => size === 0)) return after;
  const stables = stablesBefore(before, old);
  const mended = http.map((rule, index) => {
    const known = stables.get(identityOf(rule));
    if (known === undefined || rule.route === undefined || lost[index]?.size === 0) return rule;
    const route = rule.route.flatMap((entry): WeightedEntry[] => {
      const target = lost[index]?.get(entry);
      const stable = target && known.get(target);
      return stable ? [{ ...stable, weight: 0 }, entry] : [entry];
    });
    return { ...rule, route };
  });
  return { ...after, spec: { ...after.spec, http: mended } };
}

/** The destinations of a rule to canaries whose stable Service it does not name. */
function canariesAlone<T extends SplitTarget>(
  route: VirtualService,
  rule: HttpEntry,
  targets: SplitTargets<T>,
): Map<WeightedEntry, T> {
  const sides = (rule.route ?? []).flatMap((entry) => {
    const at = targets.sideOf(route, rule, entry);
    return at ? [{ entry, ...at }] : [];
  });
  const named = new Set(sides.filter(({ side }) => side === 'stable').map(({ target }) => target));
  return new Map(sides.filter(({ target }) => !named.has(target)).map(({ entry, target }) => [entry, target]));
}

/** By what tells one rule from another, the stable destinations that it had. */
function stablesBefore<T>({ spec: { http = [] } }: VirtualService, old: readonly DividedRule<T>[]) {
  const found = new Map<string, Map<T, WeightedEntry>>();
  for (const { index, parts } of old) {
    const identity = identityOf(http[index] ?? {});
    const stables = new Map(parts.map(({ target, stable }) => [target, stable]));
    if (!found.has(identity)) found.set(identity, stables);
  }
  return found;
}

const identityOf = ({ name, match }: HttpEntry): string => canonical([name, match]);
