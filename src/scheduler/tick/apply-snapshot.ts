import type { KubeClient } from '../../cluster/client.ts';
import { isAlreadyExists, isNotFound } from '../../cluster/errors.ts';
import { pathOf } from '../../cluster/kinds.ts';
import type { KubeObject } from '../../rollout/kube.ts';
import type { Effect } from '../../rollout/machine/effects.ts';
import { snapshotObject } from '../../rollout/pins/snapshot.ts';
import { CONFIG_API } from '../world/config/config-contents.ts';
import type { World } from '../world/world.ts';

type SnapshotEffect = Extract<Effect, { do: 'createSnapshot' | 'deleteSnapshot' }>;

/** Makes or removes a snapshot. @throws KubeError */
export const applySnapshot = (
  client: Pick<KubeClient, 'get' | 'create' | 'delete'>,
  { config }: Pick<World, 'config'>,
  effect: SnapshotEffect,
): Promise<void> => (effect.do === 'createSnapshot' ? create(client, config, effect) : remove(client, config, effect));

/** An object that says something else by now gets no snapshot of this name: the next look finds its new one. */
async function create(
  client: Pick<KubeClient, 'get' | 'create'>,
  config: World['config'],
  { deployment, snapshot }: Extract<Effect, { do: 'createSnapshot' }>,
): Promise<void> {
  const { kind } = snapshot;
  const source = await config.contentFor(deployment, snapshot);
  if (source === undefined) return;
  const { namespace } = deployment.metadata;
  const made = snapshotObject(deployment, snapshot, source);
  const answer = await client.create<KubeObject>(pathOf(CONFIG_API[kind], namespace), made).catch((error: unknown) => {
    if (!isAlreadyExists(error)) throw error;
    return client.get(pathOf(CONFIG_API[kind], namespace, snapshot.snapshot));
  });
  config.put(kind, answer);
}

async function remove(
  client: Pick<KubeClient, 'delete'>,
  config: World['config'],
  { snapshot, namespace }: Extract<Effect, { do: 'deleteSnapshot' }>,
): Promise<void> {
  const path = pathOf(CONFIG_API[snapshot.kind], namespace, snapshot.snapshot);
  await client.delete(path).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
  });
  config.remove(snapshot, namespace);
}
