import { type KubeObject, keyIn, keyOf } from '../../rollout/kube.ts';
import { stemOf } from '../../rollout/names.ts';
import { adoptedFor } from '../../rollout/workload/adopted-for.ts';
import { madeFor } from '../../rollout/workload/generated.ts';

/** Of a Deployment itself. */
export const ownKey = (object: KubeObject): string[] => [keyOf(object)];

/** Of what has the Deployment's name, or that with the canary's suffix. */
export const stemKey = (object: KubeObject): string[] => [stemOf(keyOf(object))];

/** The Deployments that an object was made for, or whose weights it holds; else any that its name may be about. */
export function keysAbout(object: KubeObject): string[] {
  const { namespace, name } = object.metadata;
  const owner = madeFor(object);
  if (owner !== undefined) return [keyIn(namespace, owner)];
  const adopted = adoptedKeys(object);
  if (adopted.length > 0) return adopted;
  return [...new Set([name, stemOf(name)])].map((entry) => keyIn(namespace, entry));
}

export const adoptedKeys = (object: KubeObject): string[] => Object.keys(adoptedFor(object));
