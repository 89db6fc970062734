import type { Askers } from '../src/analysis/check.ts';
import { CANARY, ENROLLED, HELD, REVISION, ROLE } from '../src/rollout/keys.ts';
import type { Deployment, DeploymentStatus, PodTemplate, ReplicaSet, Service } from '../src/rollout/kube.ts';
import type { Observation } from '../src/rollout/machine/observation.ts';
import { type Release, type RolloutState, time } from '../src/rollout/machine/state.ts';
import { type TrafficWish, trafficWish } from '../src/rollout/machine/traffic.ts';
import { canaryName } from '../src/rollout/names.ts';
import type { Metric, RolloutSpec, ServiceSpec } from '../src/rollout/spec/spec-types.ts';
import { ownerOf } from '../src/rollout/workload/generated.ts';
import { type Hold, readHold, writeHold } from '../src/rollout/workload/hold.ts';
import { canaryService } from '../src/rollout/workload/services.ts';
import { ownedBy, type Stable } from '../src/rollout/workload/stable.ts';
import { revisionOf, sameRevision } from '../src/rollout/workload/template.ts';
import type { DestinationRule } from '../src/traffic/istio/reach/objects.ts';

/** Objects for tests: a usual one of each kind, and functions that change a copy of it. */
export type Change<T> = (object: T) => void;

function made<T>(base: T, changes: readonly Change<T>[]): T {
  const copy = structuredClone(base);
  for (const change of changes) change(copy);
  return copy;
}

export const NAME = 'podinfo';
export const NAMESPACE = 'prod';
export const LABEL = 'app';
/** What a decision is given besides spec, state and observation. */
export const SELF = { self: 'scheduler-a', defaultAlerts: [] };
export const START = Date.parse('2030-01-01T00:00:00.000Z');
export const at = (seconds: number): string => time(START + seconds * 1_000);

/** A pod template, by the tag of its image. */
export const template = (tag: string, ...changes: Change<PodTemplate>[]): PodTemplate =>
  made<PodTemplate>(
    {
      metadata: { labels: { app: NAME } },
      spec: {
        containers: [{ name: NAME, image: `podinfo:${tag}`, ports: [{ name: 'http', containerPort: 9898 }] }],
      },
    },
    changes,
  );

export const revision = (tag: string): string => revisionOf(template(tag));

/** An enrolled Deployment of four pods that has been rolled out. */
export const deployment = (tag = '1.0', ...changes: Change<Deployment>[]): Deployment =>
  made<Deployment>(
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        ...{ name: NAME, namespace: NAMESPACE, uid: 'uid-podinfo', generation: 1, resourceVersion: '1' },
        labels: { app: NAME, [ENROLLED]: 'true' },
        annotations: { [CANARY]: 'true', 'headgate.dev/port': '9898' },
      },
      spec: {
        replicas: 4,
        progressDeadlineSeconds: 60,
        selector: { matchLabels: { app: NAME } },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
        template: template(tag),
      },
      status: counts(4),
    },
    changes,
  );

/** The status of a Deployment whose pods all run its template and are available, unless said otherwise. */
export const counts = (pods: number, more: DeploymentStatus = {}): DeploymentStatus => ({
  ...{ observedGeneration: 1, replicas: pods, updatedReplicas: pods, readyReplicas: pods, availableReplicas: pods },
  ...more,
});

export const replicas =
  (count: number): Change<Deployment> =>
  (object) => {
    object.spec.replicas = count;
    object.status = counts(count);
  };

export const status =
  (changes: DeploymentStatus): Change<Deployment> =>
  (object) => {
    object.status = { ...object.status, ...changes };
  };

export const paused: Change<Deployment> = ({ spec }) => {
  spec.paused = true;
};

export const recreate: Change<Deployment> = ({ spec }) => {
  spec.strategy = { type: 'Recreate' };
};

/** No pod beside the others: one that runs is stopped before the next starts. */
export const noSurge: Change<Deployment> = ({ spec }) => {
  spec.strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } };
};

/** Sets annotations; undefined removes. */
export const annotated =
  (notes: Record<string, string | undefined>): Change<Deployment> =>
  ({ metadata }) => {
    const all = Object.entries({ ...metadata.annotations, ...notes });
    metadata.annotations = Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== undefined));
  };

/** Held on its own template, as the webhook leaves it. */
export const held =
  (more: Partial<Hold> = {}): Change<Deployment> =>
  (object) => {
    object.spec.paused = true;
    const hold: Hold = { revision: revisionOf(object.spec.template), by: 'jane', ...more };
    annotated({ [HELD]: writeHold(hold) })(object);
  };

/** A ReplicaSet of a Deployment, with as many pods, all available. */
export const replicaSet = (
  owner: Deployment,
  tag: string,
  pods: number,
  ...changes: Change<ReplicaSet>[]
): ReplicaSet => {
  const hash = { 'pod-template-hash': tag.replaceAll('.', '') };
  const labels = { app: NAME, ...hash };
  return made<ReplicaSet>(
    {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        ...{ name: `${owner.metadata.name}-${tag}`, namespace: NAMESPACE, uid: `uid-set-${tag}`, labels },
        creationTimestamp: at(0),
        ownerReferences: [{ ...ownerOf(owner), controller: true, blockOwnerDeletion: true }],
      },
      spec: { replicas: pods, selector: { matchLabels: labels }, template: { ...template(tag), metadata: { labels } } },
      status: { replicas: pods, readyReplicas: pods, availableReplicas: pods },
    },
    changes,
  );
};

/** The canary Deployment of a revision, with as many pods, all available. */
export const canary = (tag: string, pods: number, ...changes: Change<Deployment>[]): Deployment =>
  made<Deployment>(
    deployment(tag, replicas(pods), (object) => {
      object.metadata.name = canaryName(NAME);
      object.metadata.uid = 'uid-canary';
      object.metadata.labels = { app: canaryName(NAME), [ROLE]: 'canary' };
      object.metadata.annotations = { [REVISION]: revision(tag) };
      object.spec.selector = { matchLabels: { app: canaryName(NAME) } };
      object.spec.template.metadata = { labels: { app: canaryName(NAME) } };
    }),
    changes,
  );

export const service = (name = NAME, ...changes: Change<Service>[]): Service =>
  made<Service>(
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: NAMESPACE, uid: `uid-service-${name}` },
      spec: { selector: { app: name }, ports: [{ name: 'http', port: 9898 }] },
    },
    changes,
  );

/** A DestinationRule that a user wrote for a host. */
export const rule = (host = NAME, ...changes: Change<DestinationRule>[]): DestinationRule =>
  made<DestinationRule>(
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      metadata: { name: host, namespace: NAMESPACE, uid: `uid-rule-${host}` },
      spec: { host, trafficPolicy: { outlierDetection: { consecutive5xxErrors: 5 } } },
    },
    changes,
  );

/** For tests whose metrics name no template. */
export const noTemplates: Askers['askTemplate'] = async ({ name }) => {
  throw new Error(`the template ${name} is asked`);
};

export const metric: Metric = {
  name: 'request-success-rate',
  intervalMs: 60_000,
  bounds: { min: 99 },
  source: { builtin: 'request-success-rate' },
};

/** What is wanted of traffic, with both Services there. */
export const trafficWishOf = (more: Partial<ServiceSpec> = {}, found = service()): TrafficWish =>
  trafficWish({
    ...{ deployment: deployment(), label: LABEL, clusterDomain: 'cluster.local' },
    spec: { ...spec().service, ...more },
    service: { is: 'found', service: found },
  });

/** Two steps of ten seconds; two failed checks fail. */
export const spec = (...changes: Change<RolloutSpec>[]): RolloutSpec =>
  made<RolloutSpec>(
    {
      progressDeadlineMs: 60_000,
      rollbackWindowMs: 600_000,
      skipAnalysis: false,
      suspend: false,
      configTracking: true,
      service: { port: 9898, portName: 'http', hosts: [], gateways: [] },
      analysis: {
        ...{
          intervalMs: 10_000,
          threshold: 2,
          weights: [20, 40],
          inconclusiveLimit: 3,
          errorLimit: 3,
          unreadyGraceMs: 30_000,
        },
        webhooks: [],
        alerts: [],
        metrics: [metric],
      },
    },
    changes,
  );

export const stable = (tag = '1.0', available = true): Stable => ({
  ...{ revision: revision(tag), template: template(tag), available },
});

/** A release of a revision that began at the start of time. */
export const release = (tag: string, more: Partial<Release> = {}): Release => ({
  ...{
    revision: revision(tag),
    requestedBy: 'jane',
    path: 'canary',
    startedAt: at(0),
    weight: 0,
    replicas: 1,
    ready: 0,
  },
  ...{ stableReplicas: 4, failedChecks: 0, inconclusive: 0, errors: 0, routableSince: at(0) },
  ...more,
});

export const state = (phase: RolloutState['phase'], more: Partial<RolloutState> = {}): RolloutState => ({
  ...{ phase, since: at(0), stable: stable() },
  ...more,
});

/** The ReplicaSet of a canary Deployment that no other was given for. */
function canarySet(owner: Deployment, sets: readonly ReplicaSet[]): ReplicaSet {
  const given = sets.find((set) => ownedBy(owner, set) && sameRevision(set.spec.template, owner.spec.template));
  return (
    given ?? replicaSet(owner, 'own', owner.spec.replicas ?? 1, ({ spec }) => (spec.template = owner.spec.template))
  );
}

/** What a tick sees: both Services, each with its pods, a route at weight 0, and whatever is given. */
export function observation({ replicaSets, ...more }: Partial<Observation> = {}): Observation {
  const object = more.deployment ?? deployment();
  const own = more.canary && canarySet(more.canary, replicaSets ?? []);
  const pods = Array.from(
    { length: more.canary?.status?.availableReplicas ?? 0 },
    (_, n) => `${own?.metadata.name}-${n}`,
  );
  return {
    ...{ deployment: object, hold: readHold(object), revision: revisionOf(object.spec.template), endpoints: pods },
    ...(replicaSets && { replicaSets: [...new Set([...replicaSets, ...(own ? [own] : [])])] }),
    service: { is: 'found', service: service() },
    canaryService: canaryService(object, service(), LABEL),
    route: { weight: 0, version: '1', stale: false },
    prerequisites: [],
    ...more,
  };
}
