import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { apiServerAdvertised } from '../addresses.ts';
import { type ApiClient, type Json, type KubeObject, persistently } from '../api.ts';
import { bindsEveryAddress, launchOf } from '../images.ts';
import { Container, type Resolved } from './container.ts';
import { environmentOf, expand } from './environment.ts';
import { PodNetwork } from './pod-network.ts';
import { isFinal, podStatus, StatusWriter } from './status.ts';
import { mountsOf } from './volumes.ts';

export interface PodDeps {
  api: ApiClient;
  programs: Readonly<Record<string, string>>;
  logs: string;
  volumes: string;
}

const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Between a pod's deletion and SIGTERM, unless it has a preStop sleep: the gateway must hear of it first. */
const drainMs = 1_000;

/**
 * One pod from start to end. `stop` follows kubelet's order: the deletion is seen by the endpoints, preStop, SIGTERM,
 * SIGKILL after the grace, and only then is the object deleted for good.
 */
export class PodRunner {
  pod: KubeObject;
  readonly ip: string;
  readonly containers: readonly Container[];
  readonly #initContainers: readonly Container[];
  readonly #deps: PodDeps;
  readonly #writer: StatusWriter;
  readonly #startTime = new Date().toISOString();
  readonly #since = new Map<string, { status: string; at: string }>();
  #network: Promise<PodNetwork> | undefined;
  #initialized = false;
  #stopping = false;

  constructor(pod: KubeObject, ip: string, deps: PodDeps) {
    this.pod = pod;
    this.ip = ip;
    this.#deps = deps;
    this.#writer = new StatusWriter(deps.api, pod, () => podStatus(this.#view()));
    mkdirSync(this.#dir(), { recursive: true });
    const make = (spec: Json): Container => this.#container(spec);
    this.#initContainers = (pod['spec'].initContainers ?? []).map(make);
    this.containers = pod['spec'].containers.map(make);
  }

  /** Everything that the container wrote, over all its restarts. */
  logFile(container: string): string {
    return join(this.#dir(), `${container}.log`);
  }

  /** Init containers one after the other, then all containers. */
  async start(): Promise<void> {
    const policy = this.pod['spec'].restartPolicy ?? 'Always';
    this.#writer.touch();
    for (const container of this.#initContainers) {
      await container.run(policy === 'Never' ? 'Never' : 'OnFailure');
      if (this.#stopping || container.exitCode !== 0) return;
    }
    this.#initialized = true;
    for (const container of this.containers) void container.run(policy);
  }

  /** Conditions that others write (readiness gates) may have changed. */
  update(pod: KubeObject): void {
    const gated = (pod['spec'].readinessGates ?? []).length > 0;
    this.pod = pod;
    if (gated) this.#writer.touch();
  }

  /** Ends the pod as its deletion asks, and then deletes the object. */
  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    const graceMs = (this.pod.metadata.deletionGracePeriodSeconds ?? 30) * 1_000;
    await sleep(Math.min(this.#preStopMs(), graceMs));
    await this.#stopContainers(Math.max(graceMs - this.#preStopMs(), 500));
    const { namespace, name, uid } = this.pod.metadata;
    const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
    const attempt = () => this.#deps.api.delete(path, { gracePeriodSeconds: 0, preconditions: { uid } });
    await persistently(attempt, isFinal).catch(() => undefined);
    this.#writer.close();
  }

  /** The object is already gone: end the processes at once. */
  async abandon(): Promise<void> {
    this.#stopping = true;
    this.#writer.close();
    await this.#stopContainers(0);
  }

  async #stopContainers(graceMs: number): Promise<void> {
    await Promise.all([...this.#initContainers, ...this.containers].map((container) => container.stop(graceMs)));
    const network = await this.#network?.catch(() => undefined);
    network?.close();
  }

  #dir(): string {
    const { namespace, name } = this.pod.metadata;
    return join(this.#deps.logs, namespace, name);
  }

  #preStopMs(): number {
    const sleeps = this.containers
      .map(({ spec }) => spec.lifecycle?.preStop?.sleep?.seconds)
      .filter((s) => s !== undefined);
    return sleeps.length > 0 ? Math.max(...sleeps) * 1_000 : drainMs;
  }

  #container(spec: Json): Container {
    return new Container(spec, {
      pod: this.pod,
      ip: this.ip,
      logFile: this.logFile(spec.name),
      resolve: () => this.#resolve(spec),
      changed: () => this.#writer.touch(),
    });
  }

  async #resolve(spec: Json): Promise<Resolved | undefined> {
    // The pod's own address is not in its status yet when its containers start.
    const pod = { ...this.pod, status: { ...this.pod['status'], podIP: this.ip, hostIP: this.ip } };
    const env = await environmentOf(this.#deps.api, pod, spec);
    const words = [...(spec.command ?? []), ...(spec.args ?? [])].map((word: string) => expand(word, env));
    const launch = launchOf(spec.image, words, this.ip, this.pod.metadata.name);
    if (!launch) return undefined;
    if (launch.program === 'none') return { ...launch, file: '', mounts: [], root: '', enter: [] };
    const [first = '', ...rest] = launch.args;
    const host = launch.program === 'host';
    // The rig's programs ask nothing of the API server: they need no token, and so most pods need no file system of their own.
    const wanted = host
      ? spec.volumeMounts
      : spec.volumeMounts?.filter(({ mountPath }: Json) => mountPath !== tokenPath);
    const volumes = join(this.#deps.volumes, this.pod.metadata.uid);
    const mounts = await mountsOf({ api: this.#deps.api, pod }, { volumeMounts: wanted }, volumes);
    const file = host ? first : this.#deps.programs[launch.program];
    if (file === undefined) return undefined;
    const args = host ? rest : launch.args;
    return {
      ...launch,
      file,
      args,
      mounts,
      root: join(volumes, '.root'),
      enter: await this.#enter(),
      env: { ...this.#baseEnv(), ...launch.env, ...env },
    };
  }

  /** Into a network of the pod's own, which is made for the first of its containers where one of them needs it. */
  async #enter(): Promise<readonly string[]> {
    const containers: Json[] = this.pod['spec'].containers;
    const needed = containers.some(({ image, command = [], args = [] }) =>
      bindsEveryAddress(image, [...command, ...args]),
    );
    if (!needed || this.#stopping) return [];
    this.#network ??= PodNetwork.make(this.ip);
    return (await this.#network).enter;
  }

  #baseEnv(): Record<string, string> {
    return {
      PATH: process.env['PATH'] ?? '',
      HOSTNAME: this.pod.metadata.name,
      KUBERNETES_SERVICE_HOST: apiServerAdvertised,
      KUBERNETES_SERVICE_PORT: '6443',
    };
  }

  #view() {
    return {
      pod: this.pod,
      ip: this.ip,
      startTime: this.#startTime,
      initContainers: this.#initContainers,
      containers: this.containers,
      initialized: this.#initialized,
      since: this.#since,
    };
  }
}
