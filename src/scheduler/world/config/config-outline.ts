import { CONFIG_TRACKING, ROLE, SNAPSHOT_OF } from '../../../rollout/keys.ts';
import type { KubeObject } from '../../../rollout/kube.ts';

/**
 * What is kept of a ConfigMap or Secret: which state it is in, whether it is tracked, and whose copy it is. No other annotation: of
 * what is applied, `kubectl` notes every byte in one.
 */
export function configOutline<T extends KubeObject>({ apiVersion, kind, metadata }: T): T {
  const { name, namespace, uid, resourceVersion, deletionTimestamp, labels, annotations, ownerReferences } = metadata;
  const kept = {
    name,
    namespace,
    uid,
    resourceVersion,
    deletionTimestamp,
    ownerReferences,
    labels: pick(labels, ROLE),
    annotations: pick(annotations, CONFIG_TRACKING, SNAPSHOT_OF),
  };
  const present = Object.entries(kept).filter(([, value]) => value !== undefined);
  return { apiVersion, kind, metadata: Object.fromEntries(present) } as unknown as T;
}

function pick(words: Record<string, string> | undefined, ...keys: string[]): Record<string, string> | undefined {
  const found = keys.flatMap((key) => (words?.[key] === undefined ? [] : [[key, words[key]] as const]));
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}
