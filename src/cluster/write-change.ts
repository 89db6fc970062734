import type { KubeObject } from '../rollout/kube.ts';
import { atVersion, type ObjectChange } from '../rollout/object-change.ts';
import type { KubeClient } from './client.ts';
import { pathOf } from './kinds.ts';

/**
 * Writes one change; what the API server made of the object, or undefined of one that is deleted (what it owns goes after it).
 * @throws KubeError, also when somebody was there in between
 */
export async function writeChange(
  client: Pick<KubeClient, 'create' | 'patch' | 'delete'>,
  change: ObjectChange,
): Promise<KubeObject | undefined> {
  const { kind, object } = change;
  const { namespace, name, uid = '' } = object.metadata;
  switch (change.do) {
    case 'create':
      return client.create(pathOf(kind, namespace), object);
    case 'patch':
      return client.patch(pathOf(kind, namespace, name), 'json', [atVersion(object), ...change.operations]);
    case 'delete':
      await client.delete(pathOf(kind, namespace, name), { uid, propagation: 'Background' });
      return undefined;
  }
}
