import type { StringMatch } from './objects.ts';
import {
  type HttpEntry,
  istioName,
  type MatchEntry,
  type MeshObjects,
  namespaceOf,
  type VirtualService,
} from './objects.ts';
import { isExported } from './visibility.ts';

type VirtualServices = Pick<MeshObjects, 'virtualServices'>;

/** The VirtualService that a rule leaves the decision to; undefined if there is none, or the root does not see it. */
export function delegateOf(
  { delegate }: HttpEntry,
  root: VirtualService,
  { virtualServices }: VirtualServices,
): VirtualService | undefined {
  if (delegate === undefined) return undefined;
  const key = `${delegate.namespace ?? namespaceOf(root)}/${delegate.name}`;
  const found = virtualServices.find((entry) => istioName(entry) === key && isDelegate(entry));
  return found && isExported(found.spec.exportTo ?? [], namespaceOf(found), namespaceOf(root)) ? found : undefined;
}

export const isDelegate = ({ spec }: VirtualService): boolean => (spec.hosts ?? []).length === 0;

/** The VirtualServices through which one holds: itself, or for a delegate all that name it. */
export function rootsOf(virtualService: VirtualService, objects: VirtualServices): VirtualService[] {
  if (!isDelegate(virtualService)) return [virtualService];
  const key = istioName(virtualService);
  const names = (root: VirtualService) => (entry: HttpEntry) => {
    const found = delegateOf(entry, root, objects);
    return found !== undefined && istioName(found) === key;
  };
  return objects.virtualServices.filter((root) => !isDelegate(root) && root.spec.http?.some(names(root)));
}

/**
 * What a delegate's rule matches within the root's rule: each of its matches must lie inside one of the root's. Undefined: it
 * does not, and Istio drops the rule.
 */
export function mergeMatches(
  root: readonly MatchEntry[] = [],
  delegate: readonly MatchEntry[] = [],
): readonly MatchEntry[] | undefined {
  if (root.length === 0) return delegate;
  if (delegate.length === 0) return root;
  const merged = delegate.map((inner) =>
    root.filter((outer) => lieInside(inner, outer)).map((outer) => merge(outer, inner)),
  );
  return merged.every((matches) => matches.length > 0) ? merged.flat() : undefined;
}

const MAPS = ['headers', 'withoutHeaders', 'queryParams'] as const;
const TEXTS = ['uri', 'scheme', 'method', 'authority'] as const;

function merge(outer: MatchEntry, inner: MatchEntry): MatchEntry {
  const shared = MAPS.filter((field) => outer[field] !== undefined && inner[field] !== undefined);
  const maps = shared.map((field) => [field, { ...outer[field], ...inner[field] }]);
  return { ...outer, ...inner, ...Object.fromEntries(maps) };
}

function lieInside(inner: MatchEntry, outer: MatchEntry): boolean {
  if (inner.port !== undefined && outer.port !== undefined && inner.port !== outer.port) return false;
  if ((inner.ignoreUriCase ?? false) !== (outer.ignoreUriCase ?? false)) return false;
  const fits = (field: (typeof MAPS)[number]): boolean =>
    Object.entries(inner[field] ?? {}).every(([key, match]) => isWithin(match, outer[field]?.[key]));
  return TEXTS.every((field) => isWithin(inner[field], outer[field])) && MAPS.every(fits);
}

/** Whether a text match lies inside another; a regular expression lies in none. */
function isWithin(inner: StringMatch | undefined, outer: StringMatch | undefined): boolean {
  if (inner === undefined || outer === undefined) return true;
  if (outer.exact !== undefined) return inner.exact === outer.exact;
  const text = inner.exact ?? inner.prefix;
  return outer.prefix !== undefined && text !== undefined && text.startsWith(outer.prefix);
}
