import { isDeepStrictEqual } from 'node:util';
import type { Condition, Deployment, PodTemplate, ReplicaSet } from '../../src/rollout/kube.ts';
import { ownerOf } from '../../src/rollout/workload/generated.ts';
import { stopsPodsFirst } from '../../src/rollout/workload/strategy.ts';
import { canonical } from '../../src/rollout/workload/template.ts';
import { type Cluster, isOwnedBy } from './cluster.ts';

/** How long a pod takes to get ready. */
export const READY_MS = 2_000;
const CRASH_AFTER_MS = 8_000;
const NUMBER = 'deployment.kubernetes.io/revision';

/**
 * The Deployment controller, coarsely: native roll-outs within 25 % surge and unavailability, none while paused; the
 * ReplicaSet that a scaled paused Deployment gets; progress conditions; pods that get ready after a while, or never.
 */
export function syncAll(cluster: Cluster): void {
  for (let round = 0; round < 20; round += 1) {
    cluster.unsynced = false;
    for (const owner of [cluster.deployment, cluster.canary]) if (owner) sync(cluster, owner);
    if (!cluster.unsynced) return;
  }
}

function sync(cluster: Cluster, owner: Deployment): void {
  const own = cluster.sets.filter((set) => isOwnedBy(set, owner));
  if (owner.spec.paused) scalePaused(cluster, owner, own);
  else rollOut(cluster, owner, own);
  for (const set of cluster.sets.filter((entry) => isOwnedBy(entry, owner))) syncPods(cluster, set);
  syncStatus(cluster, owner);
}

const texts = new WeakMap<PodTemplate, string>();

/** What the controller compares: templates without the hash label. Stored objects are frozen, so a text holds. */
function bare(template: PodTemplate): string {
  const known = texts.get(template);
  if (known !== undefined) return known;
  const { metadata, spec } = template;
  const { 'pod-template-hash': _hash, ...labels } = metadata?.labels ?? {};
  const text = canonical({ metadata: { ...metadata, labels }, spec });
  texts.set(template, text);
  return text;
}

const newSetOf = (owner: Deployment, own: readonly ReplicaSet[]): ReplicaSet | undefined =>
  own.find((set) => bare(set.spec.template) === bare(owner.spec.template));

const wanted = (object: { spec: { replicas?: number } }): number => object.spec.replicas ?? 0;
const has = ({ status }: ReplicaSet, key: 'replicas' | 'availableReplicas'): number => status?.[key] ?? 0;
const sum = (sets: readonly ReplicaSet[], of: (set: ReplicaSet) => number): number =>
  sets.reduce((total, set) => total + of(set), 0);

function scalePaused(cluster: Cluster, owner: Deployment, own: readonly ReplicaSet[]): void {
  const active = own.filter((set) => wanted(set) > 0);
  if (active.length > 1) return share(cluster, owner, active);
  const newest = own.toSorted((a, b) => born(b).localeCompare(born(a)))[0];
  const [chosen = newSetOf(owner, own) ?? newest] = active;
  if (chosen) resize(cluster, chosen, owner.spec.replicas ?? 1);
}

/** Too many pods in several ReplicaSets: each gives of its own, in proportion. */
function share(cluster: Cluster, { spec: { replicas: goal = 1 } }: Deployment, active: readonly ReplicaSet[]): void {
  const room = goal + Math.ceil(goal / 4);
  const total = sum(active, wanted);
  if (total <= room) return;
  for (const set of active) resize(cluster, set, Math.floor((wanted(set) * room) / total));
}

const born = ({ metadata }: ReplicaSet): string => metadata.creationTimestamp ?? '';

function resize(cluster: Cluster, set: ReplicaSet, replicas: number): void {
  if (wanted(set) !== replicas) cluster.putSet({ ...set, spec: { ...set.spec, replicas } });
}

function rollOut(cluster: Cluster, owner: Deployment, own: readonly ReplicaSet[]): void {
  const fresh = newSetOf(owner, own);
  if (fresh === undefined) return cluster.putSet(newSet(owner, own));
  const old = own.filter((set) => set !== fresh && (wanted(set) > 0 || has(set, 'replicas') > 0));
  const goal = owner.spec.replicas ?? 1;
  if (stopsPodsFirst(owner)) {
    for (const set of old) resize(cluster, set, 0);
    if (old.every((set) => has(set, 'replicas') === 0)) resize(cluster, fresh, goal);
    return;
  }
  const surge = Math.ceil(goal / 4);
  const room = goal + surge - sum(old, wanted) - wanted(fresh);
  resize(cluster, fresh, wanted(fresh) > goal ? goal : Math.min(goal, wanted(fresh) + Math.max(room, 0)));
  const spare = sum([...old, fresh], (set) => has(set, 'availableReplicas')) - (goal - Math.floor(goal / 4));
  shrink(cluster, old, Math.max(spare, 0));
}

/** Pods that are not available go first and cost nothing; of the others at most `spare`. */
function shrink(cluster: Cluster, old: readonly ReplicaSet[], spare: number): void {
  let left = spare;
  for (const set of old) {
    const healthy = Math.min(has(set, 'availableReplicas'), wanted(set));
    const taken = Math.min(left, healthy);
    left -= taken;
    resize(cluster, set, healthy - taken);
  }
}

function newSet(owner: Deployment, own: readonly ReplicaSet[]): ReplicaSet {
  const number = Math.max(0, ...own.map(({ metadata }) => Number(metadata.annotations?.[NUMBER] ?? 0))) + 1;
  const name = `${owner.metadata.name}-${number}`;
  const labels = { ...owner.spec.template.metadata?.labels, 'pod-template-hash': String(number) };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      ...{ name, labels, annotations: { [NUMBER]: String(number) } },
      ownerReferences: [{ ...ownerOf(owner), controller: true, blockOwnerDeletion: true }],
    },
    spec: {
      ...{ replicas: 0, selector: { matchLabels: labels } },
      template: { ...owner.spec.template, metadata: { ...owner.spec.template.metadata, labels } },
    },
    status: { replicas: 0, readyReplicas: 0, availableReplicas: 0 },
  };
}

const isReady = (now: number) => (pod: { readyAt: number; brokenAt: number }) =>
  pod.readyAt <= now && now < pod.brokenAt;

function syncPods(cluster: Cluster, set: ReplicaSet): void {
  const { now } = cluster;
  const present = cluster.pods.filter((pod) => pod.set === set.metadata.name);
  const others = cluster.pods.filter((pod) => pod.set !== set.metadata.name);
  const kept = present.toSorted((a, b) => Number(isReady(now)(b)) - Number(isReady(now)(a))).slice(0, wanted(set));
  const image = set.spec.template.spec.containers[0]?.image ?? '';
  const owner = isOwnedBy(set, cluster.deployment) ? 'stable' : 'canary';
  const stuck = image.includes('unready') || cluster.stalled.has(owner);
  const fresh = Array.from({ length: wanted(set) - kept.length }, () => ({
    name: `${set.metadata.name}-${cluster.podsMade++}`,
    set: set.metadata.name,
    readyAt: stuck ? Infinity : now + READY_MS,
    brokenAt: image.includes('crash') ? now + CRASH_AFTER_MS : Infinity,
    crashes: image.includes('crash'),
    isUnpinned: !cluster.config.isPolicyThere,
  }));
  const pods = [...kept, ...fresh];
  cluster.pods = [...others, ...pods];
  const ready = pods.filter(isReady(now)).length;
  const status = { replicas: pods.length, readyReplicas: ready, availableReplicas: ready };
  if (!isDeepStrictEqual(set.status, status)) cluster.putSet({ ...set, status });
}

function syncStatus(cluster: Cluster, before: Deployment): void {
  const isCanary = before.metadata.name !== cluster.deployment.metadata.name;
  const owner = isCanary ? cluster.canary : cluster.deployment;
  if (owner === undefined) return;
  const own = cluster.sets.filter((set) => isOwnedBy(set, owner));
  const available = sum(own, (set) => has(set, 'availableReplicas'));
  const fresh = newSetOf(owner, own);
  const status: Deployment['status'] = {
    observedGeneration: owner.metadata.generation ?? 0,
    replicas: sum(own, (set) => has(set, 'replicas')),
    updatedReplicas: fresh ? has(fresh, 'replicas') : 0,
    readyReplicas: available,
    availableReplicas: available,
  };
  const conditions = [progressOf(cluster, owner, status)];
  if (!isDeepStrictEqual(owner.status, { ...status, conditions })) {
    cluster.putDeployment({ ...owner, status: { ...status, conditions } });
  }
}

const LATE = 'ProgressDeadlineExceeded';
const DONE = 'NewReplicaSetAvailable';

/** The condition Progressing: a pause hides it unless the deadline has passed; progress starts its clock anew. */
function progressOf({ now }: Cluster, owner: Deployment, status: Deployment['status'] = {}): Condition {
  const before = owner.status?.conditions?.[0];
  const since = new Date(now).toISOString();
  const made = (value: Condition['status'], reason: string): Condition =>
    before?.reason === reason && before.status === value
      ? before
      : { type: 'Progressing', status: value, reason, lastUpdateTime: since };
  if (owner.spec.paused) return before?.reason === LATE ? before : made('Unknown', 'DeploymentPaused');
  const goal = owner.spec.replicas ?? 1;
  const complete = [status.updatedReplicas, status.replicas, status.availableReplicas].every((count) => count === goal);
  if (complete) return made('True', DONE);
  const moved = (['updatedReplicas', 'availableReplicas', 'replicas'] as const).some(
    (key) => status[key] !== owner.status?.[key],
  );
  if (moved || before === undefined)
    return { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated', lastUpdateTime: since };
  if (before.reason === DONE || before.reason === LATE) return before;
  if (before.reason === 'DeploymentPaused') return made('Unknown', 'DeploymentResumed');
  return now >= deadlineOf(owner) ? made('False', LATE) : before;
}

/** When a roll-out that does not move is past its deadline. */
export const deadlineOf = ({ spec, status }: Deployment): number => {
  const [condition] = status?.conditions ?? [];
  const open = condition?.reason === 'ReplicaSetUpdated' || condition?.reason === 'DeploymentResumed';
  return open ? Date.parse(condition.lastUpdateTime ?? '') + (spec.progressDeadlineSeconds ?? 600) * 1_000 : Infinity;
};
