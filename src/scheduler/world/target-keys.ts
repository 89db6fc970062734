import { CANARY_SUFFIX } from '../../rollout/keys.ts';
import { type KubeObject, keyOf } from '../../rollout/kube.ts';

/** Of a Deployment itself. */
export const ownKey = (object: KubeObject): string[] => [keyOf(object)];

/** Of what has the Deployment's name, or that with the canary's suffix. */
export function stemKey(object: KubeObject): string[] {
  const key = keyOf(object);
  return [key.endsWith(CANARY_SUFFIX) ? key.slice(0, -CANARY_SUFFIX.length) : key];
}
