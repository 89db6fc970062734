import { resolveHost } from './reach/host.ts';
import { type HttpEntry, namespaceOf, type VirtualService, type WeightedEntry } from './reach/objects.ts';

/** Two hosts between which traffic is divided, by their full names, and in which rules. */
export interface SplitTarget {
  stable: string;
  canary: string;
  isChosen: (rule: HttpEntry) => boolean;
}

/** What one HTTP rule gives to a stable Service and its canary. */
export interface RulePart<T> {
  target: T;
  stable: WeightedEntry;
  canary?: WeightedEntry;
  /** Nobody else has a part of the rule. */
  isSole: boolean;
}

/** One HTTP rule with traffic that can be divided. */
export interface DividedRule<T> {
  /** Its place under `spec.http`. */
  index: number;
  /** All destinations; the parts are some of them. */
  entries: readonly WeightedEntry[];
  /** One for each target that the rule leads to. */
  parts: readonly RulePart<T>[];
}

interface Side<T> {
  target: T;
  side: 'stable' | 'canary';
}

/** Finds by its host which target a destination belongs to, however many targets there are. */
export class SplitTargets<T extends SplitTarget> {
  readonly #sides = new Map<string, Side<T>>();
  readonly #clusterDomain: string;

  constructor(targets: readonly T[], clusterDomain: string) {
    this.#clusterDomain = clusterDomain;
    for (const target of targets) {
      this.#sides.set(target.stable, { target, side: 'stable' });
      this.#sides.set(target.canary, { target, side: 'canary' });
    }
  }

  /** Undefined for a destination of others, and in a rule that is not chosen. */
  sideOf(route: VirtualService, rule: HttpEntry, { destination }: WeightedEntry): Side<T> | undefined {
    const host = resolveHost(destination.host, namespaceOf(route), { clusterDomain: this.#clusterDomain });
    const found = this.#sides.get(host);
    return found?.target.isChosen(rule) ? found : undefined;
  }
}

/**
 * The rules of a VirtualService that lead to a stable Service once. One that leads to a canary alone is a tester's, and keeps
 * what it has; so does one that is not chosen, and one that others have a part of, if not all parts are written.
 */
export const dividedRules = <T extends SplitTarget>(
  route: VirtualService,
  targets: SplitTargets<T>,
): DividedRule<T>[] =>
  (route.spec.http ?? []).flatMap((rule, index) => {
    const parts = partsOf(route, rule, targets);
    return parts.length > 0 ? [{ index, entries: rule.route ?? [], parts }] : [];
  });

function partsOf<T extends SplitTarget>(
  route: VirtualService,
  rule: HttpEntry,
  targets: SplitTargets<T>,
): RulePart<T>[] {
  const entries = rule.route ?? [];
  const found = new Map<T, Both>();
  for (const entry of entries) {
    const at = targets.sideOf(route, rule, entry);
    if (at === undefined) continue;
    const both = found.get(at.target) ?? { stable: [], canary: [] };
    both[at.side].push(entry);
    found.set(at.target, both);
  }
  const isWritten = entries.every(({ weight }) => weight !== undefined);
  return [...found].flatMap(([target, both]) => partOf(target, both, { entries, isWritten }));
}

type Both = Record<Side<unknown>['side'], WeightedEntry[]>;

interface Rule {
  entries: readonly WeightedEntry[];
  isWritten: boolean;
}

function partOf<T>(target: T, both: Both, { entries, isWritten }: Rule): RulePart<T>[] {
  const [stable, ...twice] = both.stable;
  const [canary, ...more] = both.canary;
  if (stable === undefined || twice.length > 0 || more.length > 0) return [];
  const isSole = entries.length === (canary === undefined ? 1 : 2);
  return isSole || isWritten ? [{ target, stable, ...(canary && { canary }), isSole }] : [];
}
