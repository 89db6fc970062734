import jsonPatch from 'fast-json-patch';
import { HELD, REVISION, ROLLING } from '../../src/rollout/keys.ts';
import type { Deployment, KubeObject } from '../../src/rollout/kube.ts';
import type { Effect } from '../../src/rollout/machine/effects.ts';
import type { ObjectChange } from '../../src/rollout/object-change.ts';
import type { RolloutSpec } from '../../src/rollout/spec/spec-types.ts';
import type { AppService } from '../../src/rollout/workload/app-service.ts';
import type { DisruptionBudget } from '../../src/rollout/workload/disruption-budget.ts';
import { canonical } from '../../src/rollout/workload/template.ts';
import { isOpenEffect, type OpenEffect } from '../../src/scheduler/tick/gate-patch.ts';
import { markRoutes } from '../../src/scheduler/tick/route-fence.ts';
import { istio } from '../../src/traffic/istio/provider.ts';
import type { DestinationRule, VirtualService } from '../../src/traffic/istio/reach/objects.ts';
import { type Cluster, Conflict } from './cluster.ts';
import { wishOf } from './wish.ts';

/** The API server will not have the canary, in its words. */
export class Refused extends Error {}

export interface ApplyContext {
  cluster: Cluster;
  spec: RolloutSpec;
  /** As the decision saw it. */
  service: AppService;
  /** What the API server answers to the canary, if it refuses it. */
  refuse: string | undefined;
}

const SNAPSHOT_VERBS = { createSnapshot: 'create', deleteSnapshot: 'delete' } as const;

/** Does one effect as the scheduler does it: it loses against whoever was there since it was decided. */
export function apply(effect: Effect, context: ApplyContext): void {
  const { cluster } = context;
  if ('held' in effect) return onGate(context, effect, (object) => changeGate(object, effect));
  if (isOpenEffect(effect)) return change(context, effect.deployment, (object) => changeOpen(object, effect));
  if ('snapshot' in effect) return cluster.config[SNAPSHOT_VERBS[effect.do]](effect.snapshot);
  switch (effect.do) {
    case 'createService':
      return cluster.putService(effect.service);
    case 'replaceService':
      return cluster.replaceService(effect.wanted);
    case 'createCanary':
      return createCanary(context, effect.deployment);
    case 'replaceCanary':
      return replaceCanary(context, effect.existing, effect.wanted);
    case 'scaleCanary':
      return change(context, effect.existing, ({ spec }) => {
        spec.replicas = effect.replicas;
      });
    case 'setRoute':
      return setRoute(context, effect.weight, effect.version);
    case 'markRoute':
      return markRoute(context, effect);
    case 'changeTraffic':
      return changeRule(context, effect.change);
    case 'changeBudget':
      return changeBudget(cluster, effect.change);
    case 'changeAutoscaler':
      return changeAutoscaler(cluster, effect.change);
    case 'deleteReplicaSet': {
      const present = cluster.sets.find(({ metadata }) => metadata.uid === effect.replicaSet.metadata.uid);
      if (present === undefined) return;
      cluster.expect(present, effect.replicaSet);
      return cluster.deleteSet(present);
    }
    case 'createReplicaSet':
      return cluster.sets.some(({ metadata }) => metadata.name === effect.replicaSet.metadata.name)
        ? undefined
        : cluster.putSet(effect.replicaSet);
  }
}

function change({ cluster }: ApplyContext, observed: Deployment, edit: (object: Deployment) => void): void {
  const isCanary = observed.metadata.name !== cluster.deployment.metadata.name;
  const present = isCanary ? cluster.canary : cluster.deployment;
  cluster.expect(present, observed);
  const copy = structuredClone(observed);
  edit(copy);
  cluster.putDeployment(copy);
}

/** With a test of the exact hold that was observed. */
function onGate(
  context: ApplyContext,
  effect: { deployment: Deployment; held: string },
  edit: (object: Deployment) => void,
): void {
  if (context.cluster.deployment.metadata.annotations?.[HELD] !== effect.held) throw new Conflict('another hold');
  change(context, effect.deployment, edit);
}

function changeGate(object: Deployment, effect: Extract<Effect, { held: string }>): void {
  switch (effect.do) {
    case 'liftHold':
      return lift(object, effect);
    case 'writeHold':
      return note(object, HELD, effect.text);
    case 'restoreTemplate':
      note(object, HELD, undefined);
      object.spec.template = structuredClone(effect.template);
      object.spec.paused = effect.keepPaused;
  }
}

function changeOpen(object: Deployment, effect: OpenEffect): void {
  switch (effect.do) {
    case 'rollBack':
      object.spec.template = structuredClone(effect.template);
      delete object.spec.paused;
      return;
    case 'holdAgain':
      object.spec.template = structuredClone(effect.template);
      object.spec.paused = true;
      note(object, HELD, effect.text);
      note(object, ROLLING, undefined);
      return;
    case 'pinTemplate':
      object.spec.template = structuredClone(effect.template);
      if (effect.hold === undefined) return;
      note(object, HELD, effect.hold);
      object.spec.paused = true;
      return;
    case 'annotate':
      for (const [key, text] of Object.entries(effect.annotations)) note(object, key, text);
  }
}

function note({ metadata }: Deployment, key: string, value: string | undefined): void {
  const { [key]: _before, ...others } = metadata.annotations ?? {};
  metadata.annotations = value === undefined ? others : { ...others, [key]: value };
}

function lift(object: Deployment, { keepPaused, rolling }: Extract<Effect, { do: 'liftHold' }>): void {
  note(object, HELD, undefined);
  if (!keepPaused) delete object.spec.paused;
  if (rolling !== undefined) note(object, ROLLING, rolling);
}

function createCanary({ cluster, refuse }: ApplyContext, canary: Deployment): void {
  if (cluster.canary !== undefined || cluster.taken !== undefined) return;
  if (refuse !== undefined) throw new Refused(refuse);
  cluster.putDeployment(canary);
}

function replaceCanary({ cluster, refuse }: ApplyContext, existing: Deployment, wanted: Deployment): void {
  cluster.expect(cluster.canary, existing);
  if (refuse !== undefined) throw new Refused(refuse);
  if (canonical(existing.spec.selector) !== canonical(wanted.spec.selector)) return cluster.deleteCanary();
  const annotations = { ...wanted.metadata.annotations, [REVISION]: wanted.metadata.annotations?.[REVISION] ?? '' };
  cluster.putDeployment({ ...existing, metadata: { ...existing.metadata, annotations }, spec: wanted.spec });
}

function setRoute({ cluster, spec, service }: ApplyContext, weight: number, version: string | undefined): void {
  const wish = wishOf(cluster, spec, service);
  const objects = cluster.route ? [cluster.route] : [];
  if (istio.read(objects, wish).route?.version !== version) return;
  for (const change of istio.render(objects, wish, weight)) cluster.putRoute(changed<VirtualService>(change));
}

function markRoute({ cluster, spec, service }: ApplyContext, effect: Extract<Effect, { do: 'markRoute' }>): void {
  const wish = wishOf(cluster, spec, service);
  const objects = cluster.route ? [cluster.route] : [];
  if (istio.read(objects, wish).route?.version !== effect.version) return;
  for (const change of markRoutes(istio, objects, { wish, fence: effect.fence }))
    cluster.putRoute(changed<VirtualService>(change));
}

function changeRule({ cluster }: ApplyContext, change: ObjectChange): void {
  const rule = change.object as DestinationRule;
  const present = cluster.rules.get(rule.metadata.name);
  const observed = change.do === 'create' ? undefined : rule;
  if (present?.metadata.resourceVersion !== observed?.metadata.resourceVersion)
    throw new Conflict('the rule has changed');
  if (change.do === 'delete') cluster.deleteRule(rule);
  else cluster.putRule(changed<DestinationRule>(change));
}

function changeBudget(cluster: Cluster, change: ObjectChange): void {
  const observed = change.do === 'create' ? undefined : change.object;
  if (cluster.budget?.metadata.resourceVersion !== observed?.metadata.resourceVersion)
    throw new Conflict('the budget has changed');
  cluster.budget = change.do === 'delete' ? undefined : cluster.stored(changed<DisruptionBudget>(change));
  cluster.dirty = true;
}

function changeAutoscaler(cluster: Cluster, change: ObjectChange): void {
  const { autoscalers } = cluster;
  if (change.do === 'create' && autoscalers.canarys) throw new Conflict('there is one');
  autoscalers.refused = autoscalers.refuse;
  if (change.do === 'create' && autoscalers.refuse) throw new Conflict(autoscalers.refuse);
  if (change.do !== 'create' && autoscalers.canarys === undefined) throw new Conflict('it is gone');
  autoscalers.canarys = change.do === 'delete' ? undefined : cluster.stored(changed(change));
  cluster.dirty = true;
}

/** The object as a change makes it. */
function changed<T extends KubeObject>(change: ObjectChange): T {
  if (change.do !== 'patch') return change.object as T;
  const operations = change.operations as Parameters<typeof jsonPatch.applyPatch>[1];
  return jsonPatch.applyPatch(structuredClone(change.object), operations).newDocument as T;
}
