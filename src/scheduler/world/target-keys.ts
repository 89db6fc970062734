import { type KubeObject, keyOf } from '../../rollout/kube.ts';
import { stemOf } from '../../rollout/names.ts';

/** Of a Deployment itself. */
export const ownKey = (object: KubeObject): string[] => [keyOf(object)];

/** Of what has the Deployment's name, or that with the canary's suffix. */
export const stemKey = (object: KubeObject): string[] => [stemOf(keyOf(object))];
