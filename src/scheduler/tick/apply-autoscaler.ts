import type { KubeClient } from '../../cluster/client.ts';
import { isNotFound, isRefused } from '../../cluster/errors.ts';
import { pathOf } from '../../cluster/kinds.ts';
import { writeChange } from '../../cluster/write-change.ts';
import type { KubeObject } from '../../rollout/kube.ts';
import type { ObjectChange } from '../../rollout/object-change.ts';
import type { World } from '../world/world.ts';

/**
 * Writes the autoscaler of a canary. Its resourceVersion is old within seconds, as its status tells what it measures; so a patch
 * is tested by what it says itself. What fails is read again before it is tried again. @throws KubeError
 */
export async function applyAutoscaler(
  client: KubeClient,
  { autoscalers }: Pick<World, 'autoscalers'>,
  change: ObjectChange,
): Promise<void> {
  try {
    autoscalers.put(change.object, await written(client, change));
  } catch (error) {
    autoscalers.doubt(change.object);
    if (change.do === 'create' && isRefused(error)) autoscalers.refuse(change.object, error.message);
    throw error;
  }
}

async function written(client: KubeClient, change: ObjectChange): Promise<KubeObject | undefined> {
  const { kind, object } = change;
  const { namespace, name } = object.metadata;
  if (change.do === 'patch') return client.patch(pathOf(kind, namespace, name), 'json', [...change.operations]);
  return writeChange(client, change).catch((error: unknown) => {
    if (change.do === 'delete' && isNotFound(error)) return undefined;
    throw error;
  });
}
