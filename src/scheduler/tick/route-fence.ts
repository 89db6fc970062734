import { FENCE } from '../../rollout/keys.ts';
import type { KubeObject } from '../../rollout/kube.ts';
import type { TrafficWish } from '../../rollout/machine/traffic.ts';
import { type ObjectChange, type PatchOperation, pointer } from '../../rollout/object-change.ts';
import type { TrafficObjects, TrafficProvider } from '../../traffic/provider.ts';

type Reweighs = Pick<TrafficProvider, 'reweigh'>;

const fenceOf = ({ metadata }: KubeObject): string | undefined => metadata.annotations?.[FENCE];

/** The mark that all routes with weights have; undefined where none has one. Where they differ it is none that is looked for. */
export function routeFence(provider: Reweighs, objects: TrafficObjects, wish: TrafficWish): string | undefined {
  if (objects.every((object) => fenceOf(object) === undefined)) return undefined;
  const marks = new Set(provider.reweigh(objects, wish, 0).map(({ object }) => fenceOf(object)));
  return marks.size > 1 ? 'several' : [...marks][0];
}

/** What gives all routes with weights a mark, and nothing else. @param fence undefined: what takes it away */
export function markRoutes(
  provider: Reweighs,
  objects: TrafficObjects,
  { wish, fence }: { wish: TrafficWish; fence: string | undefined },
): ObjectChange[] {
  return provider.reweigh(objects, wish, 0).flatMap((change): ObjectChange[] => {
    if (change.do !== 'patch' || fenceOf(change.object) === fence) return [];
    return [{ ...change, operations: [markOf(change.object, fence)] }];
  });
}

function markOf({ metadata: { annotations } }: KubeObject, fence: string | undefined): PatchOperation {
  if (fence === undefined) return { op: 'remove', path: pointer('metadata', 'annotations', FENCE) };
  if (annotations !== undefined) return { op: 'add', path: pointer('metadata', 'annotations', FENCE), value: fence };
  return { op: 'add', path: pointer('metadata', 'annotations'), value: { [FENCE]: fence } };
}
