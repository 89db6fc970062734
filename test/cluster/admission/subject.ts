import { HELD } from '../../../src/rollout/keys.ts';
import type { ApiClient, CommandResult, Json, KubectlOptions, KubeObject, Rig } from '../../rig/rig.ts';
import { waitFor } from '../../rig/rig.ts';

/** What every suite gets: a rig with the webhook and the policies, and the scheduler's account without a scheduler. */
export interface Gate {
  rig: Rig;
  /** Acts as the scheduler does. */
  scheduler: ApiClient;
}

export interface SubjectOptions {
  replicas?: number;
  /** Changes the manifest before it is first applied. */
  change?: (deployment: Json) => void;
  /** By which kubectl makes it; default: client-side apply, so that every way of applying can follow. */
  flags?: readonly string[];
}

export interface Pod {
  uid: string;
  tag: string;
}

/** One podinfo in a namespace of its own, and what people and tools do to it. */
export class Subject {
  readonly namespace: string;
  readonly #gate: Gate;
  readonly #options: SubjectOptions;

  private constructor(gate: Gate, namespace: string, options: SubjectOptions) {
    this.#gate = gate;
    this.namespace = namespace;
    this.#options = options;
  }

  /** A namespace in which somebody else makes the Deployment. */
  static async empty(gate: Gate, prefix: string): Promise<Subject> {
    return new Subject(gate, await gate.rig.createNamespace(prefix), {});
  }

  /** Version 1.4.0, rolled out and not enrolled. */
  static async deployed(gate: Gate, prefix: string, options: SubjectOptions = {}): Promise<Subject> {
    const subject = new Subject(gate, await gate.rig.createNamespace(prefix), options);
    await subject.apply(subject.manifest('1.4.0'), options.flags);
    await subject.rolledOut();
    return subject;
  }

  /** The same, and enrolled. */
  static async enrolled(gate: Gate, prefix: string, options: SubjectOptions = {}): Promise<Subject> {
    const subject = await Subject.deployed(gate, prefix, options);
    await subject.kubectl(['annotate', 'deployment/podinfo', 'headgate.dev/canary=true']);
    return subject;
  }

  /** Enrolled, with 1.4.1 held. */
  static async held(gate: Gate, prefix: string, options: SubjectOptions = {}): Promise<Subject> {
    const subject = await Subject.enrolled(gate, prefix, options);
    await subject.setImage('1.4.1');
    return subject;
  }

  /** As it stands in its user's repository: without any annotation of Headgate's. */
  manifest(tag: string, change?: (deployment: Json) => void): KubeObject {
    const labels = { app: 'podinfo' };
    const container = {
      name: 'podinfo',
      image: `podinfo:${tag}`,
      ports: [{ name: 'http', containerPort: 9898 }],
      readinessProbe: { httpGet: { path: '/readyz', port: 9898 }, periodSeconds: 1 },
    };
    const deployment: KubeObject = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'podinfo', namespace: this.namespace, labels },
      spec: {
        replicas: this.#options.replicas ?? 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 1, containers: [container] } },
      },
    };
    this.#options.change?.(deployment);
    change?.(deployment);
    return deployment;
  }

  kubectl(args: readonly string[], options: KubectlOptions = {}): Promise<CommandResult> {
    return this.#gate.rig.kubectl(['-n', this.namespace, ...args], options);
  }

  apply(object: object, flags: readonly string[] = [], options: KubectlOptions = {}): Promise<CommandResult> {
    return this.kubectl(['apply', ...flags, '-f', '-'], { ...options, input: object });
  }

  setImage(tag: string, options: KubectlOptions = {}): Promise<CommandResult> {
    return this.kubectl(['set', 'image', 'deployment/podinfo', `podinfo=podinfo:${tag}`], options);
  }

  annotate(...words: string[]): Promise<CommandResult> {
    return this.kubectl(['annotate', 'deployment/podinfo', ...words]);
  }

  merge(patch: object, options: KubectlOptions = {}): Promise<CommandResult> {
    return this.kubectl(['patch', 'deployment/podinfo', '--type=merge', '-p', JSON.stringify(patch)], options);
  }

  /** What the admission said: warnings, or why not. */
  async refused(call: (options: KubectlOptions) => Promise<CommandResult>): Promise<string> {
    return (await call({ expectFail: true })).stderr;
  }

  get path(): string {
    return `/apis/apps/v1/namespaces/${this.namespace}/deployments/podinfo`;
  }

  get(): Promise<Json> {
    return this.#gate.rig.api.get(this.path);
  }

  async held(): Promise<Json> {
    const text = (await this.get()).metadata.annotations[HELD];
    return text === undefined ? undefined : JSON.parse(text);
  }

  async image(): Promise<string> {
    return (await this.get()).spec.template.spec.containers[0].image;
  }

  /** Opens the gate in the one write in which the scheduler does; like the scheduler, it loses a race and tries again. */
  async lift(options: { rolling?: string } = {}): Promise<void> {
    await waitFor(`the hold of ${this.namespace} to be lifted`, async () => {
      await this.liftOnce(options);
      return true;
    });
  }

  /** @throws what the API server says to it */
  async liftOnce({ rolling }: { rolling?: string }): Promise<void> {
    const { metadata } = await this.get();
    const held = '/metadata/annotations/headgate.dev~1held';
    await this.#gate.scheduler.patch(
      this.path,
      [
        { op: 'test', path: '/metadata/resourceVersion', value: metadata.resourceVersion },
        { op: 'test', path: held, value: metadata.annotations[HELD] },
        { op: 'test', path: '/spec/paused', value: true },
        { op: 'remove', path: held },
        { op: 'remove', path: '/spec/paused' },
        ...(rolling ? [{ op: 'add', path: '/metadata/annotations/headgate.dev~1rolling', value: rolling }] : []),
      ],
      'json',
    );
  }

  async rolledOut(): Promise<void> {
    await this.kubectl(['rollout', 'status', 'deployment/podinfo', '--timeout=60s']);
  }

  /** Pods that are not on their way out. */
  async pods(): Promise<Pod[]> {
    const pods = await this.#gate.rig.api.list(`/api/v1/namespaces/${this.namespace}/pods`);
    return pods
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map((pod) => ({ uid: pod.metadata.uid, tag: pod['spec'].containers[0].image.split(':')[1] }));
  }

  async tags(): Promise<string> {
    const tags = (await this.pods()).map(({ tag }) => tag);
    return [...new Set(tags)].toSorted().join(' ');
  }

  /** Waits until this many pods run, all of this tag. */
  async runs(count: number, tag: string): Promise<void> {
    await waitFor(`${count} pods of ${tag} in ${this.namespace}`, async () => {
      const { status } = await this.get();
      const pods = await this.pods();
      const ready = (status.readyReplicas ?? 0) === count && pods.length === count;
      if (ready && pods.every((pod) => pod.tag === tag)) return true;
      throw new Error(JSON.stringify({ ready: status.readyReplicas, pods: pods.map((pod) => pod.tag) }));
    });
  }

  replicaSets(): Promise<KubeObject[]> {
    return this.#gate.rig.api.list(`/apis/apps/v1/namespaces/${this.namespace}/replicasets`);
  }

  /** Once the controller has written the status that the last change asks for. */
  async resourceVersion(): Promise<string> {
    return waitFor(`the status of ${this.namespace}`, async () => {
      const { metadata, status } = await this.get();
      return status.observedGeneration === metadata.generation && (metadata.resourceVersion as string);
    });
  }
}
