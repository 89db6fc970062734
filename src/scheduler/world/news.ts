import type { StoreEvent } from '../../cluster/store.ts';
import type { KubeObject } from '../../rollout/kube.ts';
import { isSame } from '../../rollout/workload/template.ts';
import type { Watch } from './watch.ts';

/**
 * Whether a change is one for anybody who looks: of what is kept of an object, something is another. Controllers write much that no
 * decision reads, and with each write comes another version. Of an object whose metadata alone is watched the version says all.
 */
export const isNews = (
  { type, object, previous }: StoreEvent<KubeObject>,
  { metadataOnly }: Pick<Watch<KubeObject>, 'metadataOnly'> = {},
): boolean =>
  type !== 'modified' ||
  previous === undefined ||
  metadataOnly === true ||
  !isSame(unversioned(previous), unversioned(object));

function unversioned<T extends KubeObject>(object: T): T {
  const { resourceVersion: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
