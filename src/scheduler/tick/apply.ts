import type { KubeClient } from '../../cluster/client.ts';
import { isAlreadyExists, isNotFound } from '../../cluster/errors.ts';
import { KINDS, pathOf } from '../../cluster/kinds.ts';
import type { Clock } from '../../cluster/server-clock.ts';
import { createObject } from '../../cluster/write-change.ts';
import { type Deployment, type KubeObject, keyOf, type ReplicaSet, type Service } from '../../rollout/kube.ts';
import type { Effect } from '../../rollout/machine/effects.ts';
import type { TrafficWish } from '../../rollout/machine/traffic.ts';
import { canaryName } from '../../rollout/names.ts';
import { atVersion, type Kind, type PatchOperation, pointer } from '../../rollout/object-change.ts';
import { COPIED } from '../../rollout/workload/services.ts';
import { isMadeFor } from '../../rollout/workload/taken-names.ts';
import type { World } from '../world/world.ts';
import { applyAutoscaler } from './apply-autoscaler.ts';
import { applyBudget } from './apply-budget.ts';
import { applySnapshot } from './apply-snapshot.ts';
import { type ApplierOptions, type Attempt, TrafficApplier } from './apply-traffic.ts';
import { gatePatch, isOpenEffect, type OpenEffect, openPatch } from './gate-patch.ts';
import { expectRecord } from './record-check.ts';

/**
 * Does one effect and takes the answer into the world, so that the next observation sees it. Each write carries what was
 * observed: it fails if somebody was there in between. @throws KubeError.
 */
export class Applier {
  readonly #client: KubeClient;
  readonly #world: World;
  readonly #clock: Clock;
  readonly #traffic: TrafficApplier;

  constructor(options: ApplierOptions & { clock: Clock }) {
    this.#client = options.client;
    this.#world = options.world;
    this.#clock = options.clock;
    this.#traffic = new TrafficApplier(options);
  }

  /** What gives the canary more weight, or opens the gate, is not done for another record than that of the attempt. */
  async apply(effect: Effect, wish: TrafficWish, attempt: Attempt): Promise<void> {
    if ('held' in effect) return this.#patchGate(effect, attempt);
    if (isOpenEffect(effect)) return this.#patchOpen(effect, attempt);
    if ('snapshot' in effect) return applySnapshot(this.#client, this.#world, effect);
    if ('change' in effect) return this.#change(effect, wish);
    if (isCreation(effect)) return this.#create(...createdBy(effect), wish);
    switch (effect.do) {
      case 'replaceService':
        return this.#replaceService(effect.existing, effect.wanted);
      case 'replaceCanary':
        return this.#replaceCanary(effect.existing, effect.wanted);
      case 'scaleCanary':
        return this.#patchDeployment(effect.existing, [{ op: 'add', path: '/spec/replicas', value: effect.replicas }]);
      case 'setRoute':
        return this.#traffic.setRoute(wish, effect, attempt);
      case 'markRoute':
        return this.#traffic.markRoute(wish, effect.version, effect.fence);
      case 'deleteReplicaSet':
        return this.#deleteSet(effect.replicaSet);
    }
  }

  /** Of an object beside Deployments and Services. */
  #change(effect: Extract<Effect, { change: object }>, wish: TrafficWish): Promise<void> {
    switch (effect.do) {
      case 'changeTraffic':
        return this.#traffic.change(wish, effect.change);
      case 'changeBudget':
        return applyBudget(this.#client, this.#world, effect.change);
      case 'changeAutoscaler':
        return applyAutoscaler(this.#client, this.#world, effect.change);
    }
  }

  async #patchGate(effect: Extract<Effect, { held: string }>, attempt: Attempt): Promise<void> {
    if (effect.do === 'liftHold') await expectRecord(this.#client, attempt);
    return this.#patchDeployment(effect.deployment, gatePatch(effect));
  }

  async #patchOpen(effect: OpenEffect, attempt: Attempt): Promise<void> {
    if (effect.do === 'pinTemplate') await expectRecord(this.#client, attempt);
    return this.#patchDeployment(effect.deployment, openPatch(effect));
  }

  async #patchDeployment(deployment: Deployment, operations: PatchOperation[]): Promise<void> {
    const { namespace, name } = deployment.metadata;
    const path = pathOf(KINDS.deployments, namespace, name);
    this.#world.put(await this.#client.patch(path, 'json', [atVersion(deployment), ...operations]));
  }

  /** What has the name already is taken as it is; somebody else's in the place of the canary's is noted, for the next decision. */
  async #create(kind: Kind, object: KubeObject, { deployment, hosts }: TrafficWish): Promise<void> {
    const { namespace, name } = object.metadata;
    const answer = await createObject(this.#client, kind, object).catch((error: unknown) => {
      if (!isAlreadyExists(error)) throw error;
      // What is known of users' objects is old.
      this.#world.traffic.forget(keyOf(deployment));
      return this.#client.get(pathOf(kind, namespace, name));
    });
    const isCanarys = name === canaryName(deployment.metadata.name) || name === hosts.canary;
    if (isCanarys && !isMadeFor(answer, deployment)) this.#world.taken.note(deployment, answer, this.#clock());
    else this.#world.put(answer);
  }

  /** Fields of a spec that the API server has set, such as its addresses, stay. */
  async #replaceService({ metadata, spec }: Service, wanted: Service): Promise<void> {
    const path = pathOf(KINDS.services, metadata.namespace, metadata.name);
    const answer = await this.#client.patch(path, 'json', [
      atVersion({ metadata }),
      { op: 'add', path: pointer('metadata', 'labels'), value: wanted.metadata.labels },
      { op: 'add', path: pointer('metadata', 'annotations'), value: wanted.metadata.annotations ?? {} },
      { op: 'replace', path: pointer('spec'), value: withWanted(spec, wanted.spec) },
    ]);
    this.#world.put(answer);
  }

  /** The selector of a Deployment cannot change: with another one it is made anew. */
  async #replaceCanary(existing: Deployment, wanted: Deployment): Promise<void> {
    const { namespace, name } = existing.metadata;
    const { labels, annotations, ownerReferences } = wanted.metadata;
    if (JSON.stringify(existing.spec.selector) !== JSON.stringify(wanted.spec.selector)) {
      return this.#client.delete(pathOf(KINDS.deployments, namespace, name), { uid: existing.metadata.uid ?? '' });
    }
    return this.#patchDeployment(existing, [
      { op: 'add', path: '/metadata/labels', value: labels },
      { op: 'add', path: '/metadata/annotations', value: keptBy(existing, annotations) },
      { op: 'add', path: '/metadata/ownerReferences', value: ownerReferences },
      { op: 'replace', path: '/spec', value: wanted.spec },
    ]);
  }

  async #deleteSet(set: ReplicaSet): Promise<void> {
    const { namespace, name, uid = '', resourceVersion = '' } = set.metadata;
    const path = pathOf(KINDS.replicasets, namespace, name);
    await this.#client.delete(path, { uid, resourceVersion, propagation: 'Background' }).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
    this.#world.replicaSets.remove(set);
  }
}

/** A Service's spec with what is copied from another; what that one does not say goes. */
function withWanted(present: Service['spec'], wanted: Service['spec']): Service['spec'] {
  const kept = Object.entries(present).filter(([field]) => !COPIED.includes(field));
  return { ...Object.fromEntries(kept), ...wanted };
}

/** What the Deployment controller keeps in the annotations of a Deployment stays there. */
function keptBy(existing: Deployment, annotations: Record<string, string> | undefined): Record<string, string> {
  const kept = Object.entries(existing.metadata.annotations ?? {}).filter(([key]) =>
    key.startsWith('deployment.kubernetes.io/'),
  );
  return { ...Object.fromEntries(kept), ...annotations };
}

type Creation = Extract<Effect, { do: 'createService' | 'createCanary' | 'createReplicaSet' }>;

const isCreation = (effect: Effect): effect is Creation =>
  effect.do === 'createService' || effect.do === 'createCanary' || effect.do === 'createReplicaSet';

function createdBy(effect: Creation): [Kind, KubeObject] {
  if (effect.do === 'createService') return [KINDS.services, effect.service];
  if (effect.do === 'createCanary') return [KINDS.deployments, effect.deployment];
  return [KINDS.replicasets, effect.replicaSet];
}
