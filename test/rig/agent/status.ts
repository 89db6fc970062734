import { nodeIp } from '../addresses.ts';
import { type ApiClient, ApiError, type Json, type KubeObject, persistently } from '../api.ts';
import type { Container } from './container.ts';

export interface PodView {
  pod: KubeObject;
  ip: string;
  startTime: string;
  initContainers: readonly Container[];
  containers: readonly Container[];
  initialized: boolean;
  /** When each condition last changed, by type. Kept by the caller between calls. */
  since: Map<string, { status: string; at: string }>;
}

/** The pod's status as kubelet would write it. */
export function podStatus(view: PodView): Json {
  const { pod, ip, containers } = view;
  const ready = view.initialized && containers.every((container) => container.ready);
  const gates: { conditionType: string }[] = pod['spec'].readinessGates ?? [];
  const open = gates.every((gate) => holds(pod, gate.conditionType));
  return {
    phase: phaseOf(view),
    hostIP: nodeIp,
    hostIPs: [{ ip: nodeIp }],
    podIP: ip,
    podIPs: [{ ip }],
    startTime: view.startTime,
    qosClass: pod['status']?.qosClass,
    conditions: [
      condition(view, 'PodScheduled', true),
      condition(view, 'Initialized', view.initialized),
      condition(view, 'ContainersReady', ready, 'ContainersNotReady'),
      condition(view, 'Ready', ready && open, ready ? 'ReadinessGatesNotReady' : 'ContainersNotReady'),
    ],
    initContainerStatuses: view.initContainers.map((container) => container.status()),
    containerStatuses: containers.map((container) => container.status()),
  };
}

function phaseOf({ containers, initialized, pod }: PodView): string {
  const codes = containers.map((container) => container.exitCode);
  const over = codes.every((code) => code !== undefined);
  const policy = pod['spec'].restartPolicy;
  if (over && policy !== 'Always') {
    const failed = codes.some((code) => code !== 0);
    if (!failed) return 'Succeeded';
    if (policy === 'Never') return 'Failed';
  }
  const begun = containers.some((container) => {
    const { state, restartCount } = container.status();
    return state.running || state.terminated || restartCount > 0;
  });
  return initialized && begun ? 'Running' : 'Pending';
}

function condition(view: PodView, type: string, holdsNow: boolean, reason?: string): Json {
  const status = holdsNow ? 'True' : 'False';
  const before = view.since.get(type);
  const at = before?.status === status ? before.at : new Date().toISOString();
  view.since.set(type, { status, at });
  return { type, status, lastTransitionTime: at, reason: holdsNow ? null : (reason ?? null) };
}

function holds(pod: KubeObject, type: string): boolean {
  return (pod['status']?.conditions ?? []).some((c: Json) => c.type === type && c.status === 'True');
}

/** Writes the newest status of one pod, one write at a time; outlives an API server that is away. */
export class StatusWriter {
  readonly #api: ApiClient;
  readonly #pod: KubeObject;
  readonly #current: () => Json;
  #dirty = false;
  #writing = false;
  #gone = false;

  constructor(api: ApiClient, pod: KubeObject, current: () => Json) {
    this.#api = api;
    this.#pod = pod;
    this.#current = current;
  }

  /** Something changed. */
  touch(): void {
    this.#dirty = true;
    if (!this.#writing) void this.#drain();
  }

  /** The pod object is gone: nothing more to write. */
  close(): void {
    this.#gone = true;
  }

  async #drain(): Promise<void> {
    this.#writing = true;
    // Changes made in the same turn go out together.
    await Promise.resolve();
    while (this.#dirty && !this.#gone) {
      this.#dirty = false;
      await this.#write().catch(() => this.close());
    }
    this.#writing = false;
  }

  async #write(): Promise<void> {
    const { namespace, name, uid } = this.#pod.metadata;
    const path = `/api/v1/namespaces/${namespace}/pods/${name}/status`;
    const attempt = () => this.#api.patch(path, { metadata: { uid }, status: this.#current() }, 'strategic');
    await persistently(attempt, (error) => this.#gone || isFinal(error));
  }
}

/** The API server has decided: another try would get the same answer (the pod is gone, or is another one). */
export function isFinal(error: unknown): boolean {
  return error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429;
}
