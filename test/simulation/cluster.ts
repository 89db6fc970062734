import { isDeepStrictEqual } from 'node:util';
import type { Deployment, KubeObject, Pod as KubePod, ReplicaSet, Service } from '../../src/rollout/kube.ts';
import type { CanaryStatus } from '../../src/rollout/machine/status.ts';
import type { DisruptionBudget } from '../../src/rollout/workload/disruption-budget.ts';
import type { Policy } from '../../src/rollout/workload/policies.ts';
import type { DestinationRule, VirtualService } from '../../src/traffic/istio/reach/objects.ts';
import { Autoscalers } from './autoscalers.ts';
import { ConfigModel } from './config.ts';

/** The Canary as the model keeps it: its status, and the command in its annotations. */
export interface CanaryRecord extends KubeObject {
  status?: CanaryStatus;
}

export interface Pod {
  /** No other ever had it. */
  name: string;
  /** Name of its ReplicaSet. */
  set: string;
  /** When it gets ready, and when it breaks, in milliseconds since the epoch; Infinity: never. */
  readyAt: number;
  brokenAt: number;
  /** It breaks because its container ends, and not because its probe fails. */
  crashes: boolean;
  /** Nothing put the names of snapshots into it. */
  isUnpinned: boolean;
}

export interface Traffic {
  weight: number;
  since: number;
}

/** A write that carries what was observed, and came too late. */
export class Conflict extends Error {}

/**
 * What is stored: a model of a few objects, enough for decisions to have consequences. Objects are never changed, only
 * replaced, as frozen copies: what was observed stays as it was.
 */
export class Cluster {
  deployment: Deployment;
  canary: Deployment | undefined;
  /** Somebody else's Deployment under the canary's name: nobody watches it. */
  taken: Deployment | undefined;
  sets: ReplicaSet[] = [];
  readonly services = new Map<string, Service>();
  route: VirtualService | undefined;
  /** By name. */
  readonly rules = new Map<string, DestinationRule>();
  /** Of the canary. */
  budget: DisruptionBudget | undefined;
  readonly autoscalers = new Autoscalers();
  /** What users wrote for pods. */
  policies: readonly Policy[] = [];
  readonly config = new ConfigModel();
  record: CanaryRecord | undefined;
  pods: Pod[] = [];
  /** How many there have been. */
  podsMade = 0;
  /** The canary's share, and since when. */
  traffic: Traffic;
  /** Milliseconds since the epoch. */
  now: number;
  /** New pods of these do not get ready, whatever they run: there is no room for them. */
  readonly stalled = new Set<'stable' | 'canary'>();
  /** How much later than the canary's status its Service lists a pod that got ready. */
  listedAfterMs = 0;
  /** Something that the scheduler watches has changed. */
  dirty = false;
  /** Something that the Deployment controller watches has changed. */
  unsynced = false;
  #version = 0;
  #uids = 0;

  constructor(deployment: Deployment, now: number) {
    this.now = now;
    this.traffic = { weight: 0, since: now };
    this.deployment = this.stored(deployment);
  }

  /** The object as the API server stores it: a new resourceVersion, and for Deployments a new generation. */
  stored<T extends KubeObject>(object: T, before?: T): T {
    const copy = structuredClone(object);
    this.#version += 1;
    copy.metadata.resourceVersion = String(this.#version);
    copy.metadata.uid ??= `uid-${(this.#uids += 1)}`;
    copy.metadata.creationTimestamp ??= `${new Date(this.now).toISOString().slice(0, 19)}Z`;
    if (object.kind === 'Deployment') copy.metadata.generation = generationOf(copy, before);
    this.dirty = true;
    return frozen(copy);
  }

  /** @throws Conflict if the object is not the one that was observed. */
  expect(present: KubeObject | undefined, observed: KubeObject): void {
    if (present?.metadata.resourceVersion !== observed.metadata.resourceVersion)
      throw new Conflict('the object has changed');
  }

  putDeployment(object: Deployment): void {
    const isCanary = object.metadata.name !== this.deployment.metadata.name;
    const before = isCanary ? this.canary : this.deployment;
    if (before && isDeepStrictEqual(before, object)) return;
    const after = this.stored(object, before);
    if (isCanary) this.canary = after;
    else this.deployment = after;
    this.unsynced = true;
  }

  deleteCanary(): void {
    const gone = this.sets.filter((set) => isOwnedBy(set, this.canary));
    for (const set of gone) this.deleteSet(set);
    this.canary = undefined;
    this.dirty = true;
  }

  putSet(set: ReplicaSet): void {
    const before = this.sets.find(({ metadata }) => metadata.name === set.metadata.name);
    if (before && isDeepStrictEqual(before, set)) return;
    const others = this.sets.filter((entry) => entry !== before);
    this.sets = [...others, this.stored(set)];
    this.unsynced = true;
  }

  deleteSet({ metadata }: ReplicaSet): void {
    this.sets = this.sets.filter((set) => set.metadata.name !== metadata.name);
    this.pods = this.pods.filter(({ set }) => set !== metadata.name);
    this.dirty = this.unsynced = true;
  }

  putService(service: Service): void {
    if (!this.services.has(service.metadata.name)) this.services.set(service.metadata.name, this.stored(service));
  }

  replaceService(service: Service): void {
    this.services.set(service.metadata.name, this.stored(service));
  }

  putRule(rule: DestinationRule): void {
    this.rules.set(rule.metadata.name, this.stored(rule));
  }

  deleteRule({ metadata }: DestinationRule): void {
    this.rules.delete(metadata.name);
    this.dirty = true;
  }

  /** Undefined: it is deleted, and the Service alone has the traffic. */
  putRoute(route: VirtualService | undefined): void {
    this.route = route && this.stored(route);
    this.dirty = true;
    const weight = weightOf(route);
    if (weight !== this.traffic.weight) this.traffic = { weight, since: this.now };
  }

  /** Names of the pods that the canary's Service lists. */
  endpoints(): string[] {
    const names = this.sets.filter((set) => isOwnedBy(set, this.canary)).map(({ metadata }) => metadata.name);
    const listed = this.pods.filter(({ set, readyAt, brokenAt }) => {
      return names.includes(set) && readyAt + this.listedAfterMs <= this.now && this.now < brokenAt;
    });
    return listed.map(({ name }) => name);
  }

  /** The canary's pods as objects: what of them tells a crash from another trouble. */
  canaryPods(): KubePod[] {
    const names = this.sets.filter((set) => isOwnedBy(set, this.canary)).map(({ metadata }) => metadata.name);
    const own = this.pods.filter(({ set }) => names.includes(set));
    return own.map((pod) => this.#podObject(pod));
  }

  #podObject({ name, set, readyAt, brokenAt, crashes, isUnpinned }: Pod): KubePod {
    const isReady = readyAt <= this.now && this.now < brokenAt;
    const ended = crashes && brokenAt <= this.now ? { terminated: { exitCode: 1 } } : {};
    const template = this.sets.find(({ metadata }) => metadata.name === set)?.spec.template;
    return {
      metadata: { annotations: template?.metadata?.annotations ?? {}, name },
      spec: (isUnpinned ? template?.spec : undefined) ?? { containers: [] },
      status: {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }],
        containerStatuses: [{ name: 'podinfo', state: ended }],
      },
    };
  }

  putRecord(record: CanaryRecord): void {
    this.record = this.stored(record);
  }
}

export const isOwnedBy = (set: ReplicaSet, owner: Deployment | undefined): boolean =>
  owner !== undefined && (set.metadata.ownerReferences ?? []).some(({ uid }) => uid === owner.metadata.uid);

const weightOf = (route: VirtualService | undefined): number =>
  route?.spec.http?.[0]?.route?.find(({ destination }) => destination.host.endsWith('-canary'))?.weight ?? 0;

/** Spec and annotations of a Deployment are counted, its status is not. */
function generationOf(after: KubeObject, before: KubeObject | undefined): number {
  const generation = before?.metadata.generation ?? 0;
  const same =
    isDeepStrictEqual(after['spec'], before?.['spec']) &&
    isDeepStrictEqual(after.metadata.annotations, before?.metadata.annotations);
  return before && same ? generation : generation + 1;
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const entry of Object.values(value)) frozen(entry);
  return Object.freeze(value);
}
