import type { KubeClient } from '../../cluster/client.ts';
import { isForbidden, isNotFound } from '../../cluster/errors.ts';
import type { KubeObject } from '../../rollout/kube.ts';

export interface OptionalListOptions {
  client: Pick<KubeClient, 'listAll'>;
  /** Is told of what kept a list from being read, but for a right that was not given. */
  onError?: ((error: unknown) => void) | undefined;
}

/**
 * Lists objects without which a release goes on all the same: none where the kind is not installed, undefined where they
 * cannot be read.
 */
export async function optionalList<T extends KubeObject>(
  { client, onError }: OptionalListOptions,
  path: string,
  labelSelector?: string,
): Promise<T[] | undefined> {
  try {
    return (await client.listAll<T>(path, labelSelector === undefined ? {} : { labelSelector })).items;
  } catch (error) {
    if (isNotFound(error)) return [];
    if (!isForbidden(error)) onError?.(error);
    return undefined;
  }
}
