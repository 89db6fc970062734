import type { KubeClient } from '../../cluster/client.ts';
import { isForbidden } from '../../cluster/errors.ts';
import { KINDS, pathOf } from '../../cluster/kinds.ts';
import type { Deployment, Pod } from '../../rollout/kube.ts';
import { selectorOf } from '../../rollout/workload/selector-text.ts';

/**
 * The pods that a Deployment selects; undefined where they may not be read.
 * @throws what else keeps them from being known
 */
export async function listPods(
  client: Pick<KubeClient, 'listAll'>,
  deployment: Deployment,
): Promise<Pod[] | undefined> {
  const labelSelector = selectorOf([deployment]);
  const query = labelSelector === undefined ? {} : { labelSelector };
  try {
    return (await client.listAll<Pod>(pathOf(KINDS.pods, deployment.metadata.namespace), query)).items;
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}
