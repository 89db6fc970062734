import jsonPatch from 'fast-json-patch';
import { HELD, REVISION, ROLLING } from '../../src/rollout/keys.ts';
import type { Deployment } from '../../src/rollout/kube.ts';
import type { Effect } from '../../src/rollout/machine/effects.ts';
import type { RolloutSpec } from '../../src/rollout/spec/spec-types.ts';
import { canonical } from '../../src/rollout/workload/template.ts';
import { patchRoute, renderRoute, type VirtualService } from '../../src/traffic/istio.ts';
import { type Cluster, Conflict } from './cluster.ts';

/** The API server will not have the canary, in its words. */
export class Refused extends Error {}

export interface ApplyContext {
  cluster: Cluster;
  spec: RolloutSpec;
  /** What the API server answers to the canary, if it refuses it. */
  refuse: string | undefined;
}

/** Does one effect as the scheduler does it: it loses against whoever was there since it was decided. */
export function apply(effect: Effect, context: ApplyContext): void {
  const { cluster } = context;
  switch (effect.do) {
    case 'liftHold':
      return onGate(context, effect, (object) => lift(object, effect));
    case 'writeHold':
      return onGate(context, effect, (object) => note(object, HELD, effect.text));
    case 'restoreTemplate':
      return onGate(context, effect, (object) => {
        note(object, HELD, undefined);
        object.spec.template = structuredClone(effect.template);
        object.spec.paused = effect.keepPaused;
      });
    case 'clearAnnotations':
      return change(context, effect.deployment, (object) => {
        for (const key of effect.keys) note(object, key, undefined);
      });
    case 'createService':
      return cluster.putService(effect.service);
    case 'createCanary':
      return createCanary(context, effect.deployment);
    case 'replaceCanary':
      return replaceCanary(context, effect.existing, effect.wanted);
    case 'scaleCanary':
      return change(context, effect.existing, ({ spec }) => {
        spec.replicas = effect.replicas;
      });
    case 'setRoute':
      return setRoute(context, effect.weight, effect.resourceVersion);
    case 'setRule': {
      const { rule, resourceVersion } = effect;
      const { name } = rule.metadata;
      const present = cluster.rules.get(name);
      if (present?.metadata.resourceVersion !== resourceVersion) throw new Conflict('the rule has changed');
      return cluster.putRule(rule);
    }
    case 'deleteRule':
      return cluster.deleteRule(effect.rule);
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
  if (cluster.canary !== undefined) return;
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

function setRoute({ cluster, spec }: ApplyContext, weight: number, resourceVersion: string | undefined): void {
  const wish = { deployment: cluster.deployment, service: spec.service };
  if (resourceVersion === undefined) {
    if (cluster.route === undefined) cluster.putRoute(renderRoute(wish, weight));
    return;
  }
  const { route } = cluster;
  if (route === undefined || route.metadata.resourceVersion !== resourceVersion) return;
  const patch = patchRoute(route, wish, weight) as Parameters<typeof jsonPatch.applyPatch>[1];
  cluster.putRoute(jsonPatch.applyPatch(structuredClone(route), patch).newDocument as VirtualService);
}
