import type { KubeClient } from '../../cluster/client.ts';
import { isAlreadyExists, isNotFound } from '../../cluster/errors.ts';
import { pathOf } from '../../cluster/kinds.ts';
import { writeChange } from '../../cluster/write-change.ts';
import type { ObjectChange } from '../../rollout/object-change.ts';
import type { World } from '../world/world.ts';

/** Writes the disruption budget of a canary. One of that name that is there already is taken as it is. @throws KubeError */
export async function applyBudget(client: KubeClient, { canaryPods }: World, change: ObjectChange): Promise<void> {
  const { kind, object } = change;
  const { namespace, name } = object.metadata;
  const answer = await writeChange(client, change).catch((error: unknown) => {
    if (change.do === 'create' && isAlreadyExists(error)) return client.get(pathOf(kind, namespace, name));
    if (change.do === 'delete' && isNotFound(error)) return undefined;
    throw error;
  });
  if (answer === undefined) canaryPods.remove(object);
  else canaryPods.put(answer);
}
