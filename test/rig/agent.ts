import { nodeName, podIp } from './addresses.ts';
import { follow } from './agent/follow.ts';
import { kubeletPort, serveLogs } from './agent/logs.ts';
import { registerNode, renewLease } from './agent/node.ts';
import { type PodDeps, PodRunner } from './agent/pod.ts';
import { isFinal } from './agent/status.ts';
import { type KubeObject, persistently } from './api.ts';
import type { KeyPair } from './certs.ts';

/** What the agent tells of a pod it runs. */
export interface RunningPod {
  namespace: string;
  name: string;
  ip: string;
  containers: { name: string; pid: number | undefined; ready: boolean; logFile: string }[];
}

export interface AgentDeps extends PodDeps {
  /** What the agent shows as kubelet. */
  certificate: KeyPair;
}

/** Scheduler and kubelet in one: binds every pod to the one node and runs its containers as processes. */
export class NodeAgent {
  readonly #deps: AgentDeps;
  readonly #runners = new Map<string, PodRunner>();
  readonly #binding = new Set<string>();
  readonly #stopping = new AbortController();
  #nextIp = 1;
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(deps: AgentDeps) {
    this.#deps = deps;
  }

  /** Resolves when the node is registered; pods are followed from then on. */
  async start(): Promise<void> {
    const { api, certificate } = this.#deps;
    await serveLogs(certificate, (namespace, pod, container) => this.#logFile(namespace, pod, container));
    await registerNode(api, kubeletPort);
    await renewLease(api);
    this.#heartbeat = setInterval(() => void renewLease(api).catch(() => undefined), 10_000);
    const follower = {
      all: (pods: readonly KubeObject[]) => this.#all(pods),
      present: (pod: KubeObject) => this.#present(pod),
      gone: (pod: KubeObject) => this.#gone(pod.metadata.uid),
    };
    void follow(api, '/api/v1/pods', follower, this.#stopping.signal);
  }

  /** Ends every process at once. */
  async stop(): Promise<void> {
    clearInterval(this.#heartbeat);
    this.#stopping.abort();
    await Promise.all([...this.#runners.values()].map((runner) => runner.abandon()));
  }

  pods(): RunningPod[] {
    return [...this.#runners.values()].map((runner) => ({
      namespace: runner.pod.metadata.namespace,
      name: runner.pod.metadata.name,
      ip: runner.ip,
      containers: runner.containers.map((container) => ({
        name: container.spec.name,
        pid: container.pid,
        ready: container.ready,
        logFile: runner.logFile(container.spec.name),
      })),
    }));
  }

  /** Kills the processes of a pod, which then restart as after a crash. False: no such pod here. */
  crash(namespace: string, name: string): boolean {
    const found = this.#find(namespace, name);
    for (const container of found?.containers ?? []) container.crash();
    return found !== undefined;
  }

  #find(namespace: string, name: string): PodRunner | undefined {
    const runners = [...this.#runners.values()];
    return runners.find(({ pod }) => pod.metadata.namespace === namespace && pod.metadata.name === name);
  }

  #logFile(namespace: string, name: string, container: string): string | undefined {
    const runner = this.#find(namespace, name);
    return runner?.logFile(container);
  }

  #all(pods: readonly KubeObject[]): void {
    const present = new Set(pods.map((pod) => pod.metadata.uid));
    for (const uid of this.#runners.keys()) if (!present.has(uid)) this.#gone(uid);
    for (const pod of pods) this.#present(pod);
  }

  #present(pod: KubeObject): void {
    const { uid, deletionTimestamp } = pod.metadata;
    const runner = this.#runners.get(uid);
    if (runner) {
      runner.update(pod);
      if (deletionTimestamp) void runner.stop();
      return;
    }
    const phase = pod['status']?.phase;
    if (phase === 'Succeeded' || phase === 'Failed') return;
    if (!pod['spec'].nodeName) void this.#bind(pod);
    else if (pod['spec'].nodeName === nodeName) this.#run(pod);
  }

  #run(pod: KubeObject): void {
    const runner = new PodRunner(pod, podIp(this.#nextIp), this.#deps);
    this.#nextIp += 1;
    this.#runners.set(pod.metadata.uid, runner);
    if (pod.metadata.deletionTimestamp) void runner.stop();
    else void runner.start();
  }

  #gone(uid: string): void {
    const runner = this.#runners.get(uid);
    this.#runners.delete(uid);
    void runner?.abandon();
  }

  async #bind(pod: KubeObject): Promise<void> {
    const { namespace, name, uid, deletionTimestamp } = pod.metadata;
    const gated = (pod['spec'].schedulingGates ?? []).length > 0;
    if (gated || deletionTimestamp || this.#binding.has(uid)) return;
    this.#binding.add(uid);
    const binding = { metadata: { name, uid }, target: { apiVersion: 'v1', kind: 'Node', name: nodeName } };
    const attempt = () => this.#deps.api.create(`/api/v1/namespaces/${namespace}/pods/${name}/binding`, binding);
    await persistently(attempt, isFinal).catch(() => undefined);
    this.#binding.delete(uid);
  }
}
