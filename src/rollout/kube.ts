/**
 * The few fields of Kubernetes objects that the core reads, as raw JSON. Every type is open: a field that is not named here
 * is kept as it came, so that an object survives a read and a write unchanged.
 */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  [field: string]: unknown;
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
}

/** The key of what a namespace has under a name: `namespace/name`, or the name alone where there is no namespace. */
export const keyIn = (namespace: string | undefined, name: string): string =>
  namespace === undefined ? name : `${namespace}/${name}`;

/** The key of an object, by which stores, queues and people know it. */
export const keyOf = ({ metadata: { namespace, name } }: { metadata: { namespace?: string; name: string } }): string =>
  keyIn(namespace, name);

export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
  [field: string]: unknown;
}

export interface Container {
  name: string;
  image?: string;
  ports?: { name?: string; containerPort: number; hostPort?: number; protocol?: string; [field: string]: unknown }[];
  [field: string]: unknown;
}

/** What selects pods that a pod is to be near to, far from, or spread among. */
interface PodTerm {
  labelSelector?: LabelSelector;
  [field: string]: unknown;
}

interface PodAffinity {
  requiredDuringSchedulingIgnoredDuringExecution?: PodTerm[];
  preferredDuringSchedulingIgnoredDuringExecution?: { podAffinityTerm: PodTerm; [field: string]: unknown }[];
  [field: string]: unknown;
}

export interface PodSpec {
  containers: Container[];
  initContainers?: Container[];
  hostNetwork?: boolean;
  affinity?: { podAffinity?: PodAffinity; podAntiAffinity?: PodAffinity; [field: string]: unknown };
  topologySpreadConstraints?: PodTerm[];
  volumes?: { name: string; persistentVolumeClaim?: { claimName: string }; [field: string]: unknown }[];
  [field: string]: unknown;
}

export interface PodTemplate {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string>; [field: string]: unknown };
  spec: PodSpec;
}

/** A status condition as Deployments and Canaries carry it. */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
  lastUpdateTime?: string;
  observedGeneration?: number;
}

export interface DeploymentSpec {
  replicas?: number;
  paused?: boolean;
  selector: LabelSelector;
  template: PodTemplate;
  strategy?: {
    type?: string;
    rollingUpdate?: { maxSurge?: number | string; maxUnavailable?: number | string };
    [field: string]: unknown;
  };
  revisionHistoryLimit?: number;
  minReadySeconds?: number;
  progressDeadlineSeconds?: number;
  [field: string]: unknown;
}

export interface DeploymentStatus {
  observedGeneration?: number;
  replicas?: number;
  updatedReplicas?: number;
  readyReplicas?: number;
  availableReplicas?: number;
  unavailableReplicas?: number;
  conditions?: Condition[];
  [field: string]: unknown;
}

export interface Deployment extends KubeObject {
  spec: DeploymentSpec;
  status?: DeploymentStatus;
}

export interface ReplicaSet extends KubeObject {
  spec: { replicas?: number; selector: LabelSelector; template: PodTemplate; [field: string]: unknown };
  status?: { replicas?: number; readyReplicas?: number; availableReplicas?: number; [field: string]: unknown };
}

/** Part of what a Service leads to; its label `kubernetes.io/service-name` says which. */
export interface EndpointSlice extends KubeObject {
  /** Null where there are none. */
  endpoints?:
    | {
        /** Unknown counts as ready. */
        conditions?: { ready?: boolean };
        targetRef?: { kind?: string; name?: string };
      }[]
    | null;
}

export interface Service extends KubeObject {
  spec: {
    selector?: Record<string, string>;
    ports?: { name?: string; port: number; targetPort?: number | string; [field: string]: unknown }[];
    [field: string]: unknown;
  };
}

/** What a container is doing, or did before. */
export interface ContainerState {
  waiting?: { reason?: string; message?: string };
  running?: { startedAt?: string };
  terminated?: { exitCode: number; signal?: number; reason?: string; message?: string; finishedAt?: string };
}

export interface ContainerStatus {
  name: string;
  ready?: boolean;
  started?: boolean;
  restartCount?: number;
  state?: ContainerState;
  lastState?: ContainerState;
}

export interface Pod extends KubeObject {
  spec: PodSpec & { nodeName?: string };
  status?: {
    phase?: string;
    reason?: string;
    message?: string;
    podIP?: string;
    conditions?: Condition[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
}
