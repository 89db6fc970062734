import type { KubeObject } from '../../rollout/kube.ts';
import type { Effect } from '../../rollout/machine/effects.ts';
import type { ObjectChange } from '../../rollout/object-change.ts';
import { podTemplateOf } from '../../rollout/workload/stable.ts';
import { canonical } from '../../rollout/workload/template.ts';

type WishOf = { [Verb in Effect['do']]: (effect: Extract<Effect, { do: Verb }>) => unknown };

const nameOf = ({ kind, metadata: { name } }: KubeObject): unknown[] => [kind, name];

const changeWish = (change: ObjectChange): unknown[] => [
  change.do,
  nameOf(change.object),
  change.do === 'create' ? change.object : change.do === 'patch' ? change.operations : undefined,
];

/** What each effect writes, and into what; not the object as it was observed, nor its version. */
const WISH: WishOf = {
  liftHold: ({ held, keepPaused }) => [held, keepPaused],
  writeHold: ({ held, text }) => [held, text],
  restoreTemplate: ({ held, template }) => [held, template],
  createSnapshot: ({ snapshot }) => snapshot,
  deleteSnapshot: ({ snapshot }) => snapshot,
  pinTemplate: ({ template, hold }) => [template, hold],
  // Undefined is no value of a text.
  annotate: ({ annotations }) => Object.entries(annotations).map(([key, text]) => [key, text ?? null]),
  rollBack: ({ template }) => template,
  holdAgain: ({ template, text }) => [template, text],
  createService: ({ service }) => service,
  replaceService: ({ wanted }) => wanted,
  setRoute: ({ weight }) => weight,
  markRoute: ({ fence }) => fence,
  changeTraffic: ({ change }) => changeWish(change),
  changeBudget: ({ change }) => changeWish(change),
  changeAutoscaler: ({ change }) => changeWish(change),
  createCanary: ({ deployment }) => deployment,
  replaceCanary: ({ wanted }) => wanted,
  scaleCanary: ({ replicas }) => replicas,
  deleteReplicaSet: ({ replicaSet }) => replicaSet.metadata.uid,
  // Under whatever name is free.
  createReplicaSet: ({ replicaSet }) => [replicaSet.metadata.ownerReferences, podTemplateOf(replicaSet)],
};

/** The wish of an effect as text: two effects with the same one want the world to be the same. */
export function effectWish(effect: Effect): string {
  const wish = WISH[effect.do] as (effect: Effect) => unknown;
  return canonical([effect.do, wish(effect)]);
}
