import type { KubeObject } from '../rollout/kube.ts';
import type { Kind } from '../rollout/object-change.ts';
import type { KubeClient, ListQuery } from './client.ts';
import { pathOf } from './kinds.ts';

/** Where Headgate may look and act. Empty: in the whole cluster. */
export type Namespaces = readonly string[];

/** Selects what is outside of some namespaces, where all others are looked at. */
export const outside = (excluded: Namespaces): Pick<ListQuery, 'fieldSelector'> =>
  excluded.length === 0 ? {} : { fieldSelector: excluded.map((name) => `metadata.namespace!=${name}`).join(',') };

const PAGE = 250;

/** The collections that are listed or watched there: one over all namespaces, or one for each. */
export const collectionsIn = (namespaces: Namespaces): readonly { namespace?: string }[] =>
  namespaces.length === 0 ? [{}] : namespaces.map((namespace) => ({ namespace }));

/** All objects of a kind there, page by page: there may be many, of which few are looked for. */
export async function* inPages<T extends KubeObject>(
  client: Pick<KubeClient, 'list'>,
  kind: Kind,
  namespaces: Namespaces,
  query: ListQuery = {},
): AsyncGenerator<T> {
  for (const { namespace } of collectionsIn(namespaces)) {
    let next: string | undefined;
    do {
      const position = { limit: PAGE, ...(next !== undefined && { continue: next }) };
      const page = await client.list<T>(pathOf(kind, namespace), { ...query, ...position });
      yield* page.items;
      next = page.continue;
    } while (next !== undefined);
  }
}
