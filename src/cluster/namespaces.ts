import type { KubeObject } from '../rollout/kube.ts';
import type { Kind } from '../rollout/object-change.ts';
import type { KubeClient, ListQuery, ReadingOptions } from './client.ts';
import { pathOf } from './kinds.ts';

export type Namespaces = readonly string[];

/**
 * Where Headgate looks and acts: the one rule for its watches, ticks and sweep, and for routes of other namespaces. To the
 * API server, for webhook and policies, the chart says the same (`headgate.held`).
 */
export interface Coverage {
  /** The only ones. Empty: all but the excluded. */
  namespaces: Namespaces;
  excludedNamespaces: Namespaces;
}

export const isCovered = ({ namespaces, excludedNamespaces }: Coverage, namespace: string): boolean =>
  namespaces.length > 0 ? namespaces.includes(namespace) : !excludedNamespaces.includes(namespace);

/** What is listed or watched there: one collection over all namespaces, without what is excluded, or one for each. */
export function collectionsIn({
  namespaces,
  excludedNamespaces,
}: Coverage): readonly ({ namespace?: string } & Pick<ListQuery, 'fieldSelector'>)[] {
  if (namespaces.length > 0) return namespaces.map((namespace) => ({ namespace }));
  const fieldSelector = excludedNamespaces.map((name) => `metadata.namespace!=${name}`).join(',');
  return [fieldSelector === '' ? {} : { fieldSelector }];
}

const PAGE = 250;

/** All objects of a kind there, page by page: there may be many, of which few are looked for. */
export async function* inPages<T extends KubeObject>(
  client: Pick<KubeClient, 'list'>,
  kind: Kind,
  coverage: Coverage,
  { metadataOnly, ...query }: ListQuery & Pick<ReadingOptions, 'metadataOnly'> = {},
): AsyncGenerator<T> {
  for (const { namespace, ...selector } of collectionsIn(coverage)) {
    let next: string | undefined;
    do {
      const position = { limit: PAGE, ...(next !== undefined && { continue: next }) };
      const page = await client.list<T>(
        pathOf(kind, namespace),
        { ...query, ...selector, ...position },
        { metadataOnly },
      );
      yield* page.items;
      next = page.continue;
    } while (next !== undefined);
  }
}
