import type { CanaryStatus } from '../../../src/rollout/machine/status.ts';
import { isRolledOut } from '../../../src/rollout/workload/rollout-status.ts';
import type { Json, KubeObject, Load, Rig } from '../../rig/rig.ts';
import { waitFor } from '../../rig/rig.ts';
import { UNHURRIED } from './checks.ts';
import { podinfoDeployment } from './podinfo-deployment.ts';

export interface AppOptions {
  name?: string;
  tag?: string;
  replicas?: number;
  /** Without the prefix `headgate.dev/`. */
  annotations?: Record<string, string>;
  /** Changes the manifest before it is applied for the first time. */
  change?: (deployment: Json) => void;
}

/** How often a state is read that is waited for: many wait at once, and all ask the one API server. */
const STATE_MS = 150;

/** One podinfo in a namespace of its own, as a user has it: a Deployment, and what they do with it. */
export class App {
  readonly rig: Rig;
  readonly namespace: string;
  readonly name: string;
  readonly host: string;
  readonly #options: AppOptions;

  private constructor(rig: Rig, namespace: string, options: AppOptions) {
    this.rig = rig;
    this.namespace = namespace;
    this.name = options.name ?? 'podinfo';
    this.host = `${this.name}.${namespace}.example.com`;
    this.#options = options;
  }

  /** A namespace for something that a test applies itself. */
  static async in(rig: Rig, prefix: string, options: AppOptions = {}): Promise<App> {
    return new App(rig, await rig.createNamespace(prefix), options);
  }

  /** Another one in the same namespace. */
  static beside({ rig, namespace }: App, options: AppOptions): App {
    return new App(rig, namespace, options);
  }

  /** Deployed, rolled out and not enrolled. */
  static async deploy(rig: Rig, prefix: string, options: AppOptions = {}): Promise<App> {
    const app = await App.in(rig, prefix, options);
    await app.apply(app.manifest(options.tag ?? '1.4.0', { enrolled: false }));
    await app.rolledOut();
    return app;
  }

  /** Deployed, annotated, and reached through the gateway. */
  static async enrolled(rig: Rig, prefix: string, options: AppOptions = {}): Promise<App> {
    const app = await App.deploy(rig, prefix, options);
    await app.enrol();
    return app;
  }

  /** Waits as `kubectl rollout status` does, without a process of its own. */
  async rolledOut(): Promise<void> {
    await waitFor(`the roll-out of ${this.namespace}/${this.name}`, async () => isRolledOut(await this.deployment()), {
      timeoutMs: 60_000,
      everyMs: STATE_MS,
    });
  }

  /** The annotations that opt in, as `kubectl annotate` writes them, and the wait until traffic flows. */
  async enrol(): Promise<void> {
    const path = `${this.path('deployments', this.name)}?fieldManager=kubectl-annotate`;
    await this.rig.api.patch(path, { metadata: { annotations: this.annotations() } });
    await this.phase('Initialized');
    await waitFor(
      `the gateway to answer for ${this.host}`,
      async () => (await this.rig.gateway.request({ host: this.host })).status === 200,
      { timeoutMs: 60_000 },
    );
  }

  annotations(): Record<string, string> {
    const settings: Record<string, string> = {
      canary: 'true',
      interval: '2s',
      threshold: '3',
      metrics: UNHURRIED,
      hosts: this.host,
      gateways: this.rig.mesh.gatewayName,
      'progress-deadline': '60s',
      ...this.#options.annotations,
    };
    return Object.fromEntries(Object.entries(settings).map(([key, value]) => [`headgate.dev/${key}`, value]));
  }

  /** The manifest as it stands in the user's repository. */
  manifest(tag: string, { enrolled = true } = {}): KubeObject {
    const deployment = podinfoDeployment(this, {
      tag,
      replicas: this.#options.replicas ?? 2,
      ...(enrolled && { annotations: this.annotations() }),
    });
    this.#options.change?.(deployment);
    return deployment;
  }

  async kubectl(args: readonly string[], options: Parameters<Rig['kubectl']>[1] = {}) {
    return this.rig.kubectl(['-n', this.namespace, ...args], options);
  }

  apply(object: object, flags: readonly string[] = []) {
    return this.kubectl(['apply', ...flags, '-f', '-'], { input: JSON.stringify(object) });
  }

  setImage(tag: string, options: Parameters<Rig['kubectl']>[1] = {}) {
    return this.kubectl(['set', 'image', `deployment/${this.name}`, `podinfo=podinfo:${tag}`], options);
  }

  /** Asks for a tag, and waits until the status is about its revision. */
  async release(tag: string): Promise<CanaryStatus> {
    const before = (await this.status()).revision;
    await this.setImage(tag);
    return this.until(`a release of ${tag}`, ({ revision }) => revision !== before);
  }

  path(kind: 'deployments' | 'replicasets', name?: string): string {
    return `/apis/apps/v1/namespaces/${this.namespace}/${kind}${name ? `/${name}` : ''}`;
  }

  deployment(): Promise<Json> {
    return this.rig.api.get(this.path('deployments', this.name));
  }

  canaryDeployment(): Promise<Json> {
    return this.rig.api.find(this.path('deployments', `${this.name}-canary`));
  }

  get recordPath(): string {
    return `/apis/headgate.dev/v1/namespaces/${this.namespace}/canaries/${this.name}`;
  }

  record(): Promise<Json> {
    return this.rig.api.find(this.recordPath);
  }

  async status(): Promise<CanaryStatus> {
    const record = await this.record();
    if (record?.status === undefined) throw new Error(`canary ${this.namespace}/${this.name} has no status yet`);
    return record.status as CanaryStatus;
  }

  /** The status once it says the phase (one of them). */
  async phase(wanted: string | readonly string[], timeoutMs = 60_000): Promise<CanaryStatus> {
    const phases = typeof wanted === 'string' ? [wanted] : wanted;
    return this.until(`phase ${phases.join(' or ')}`, (status) => phases.includes(status.phase), timeoutMs);
  }

  /** The status once the condition holds; the error of a wait that ran out shows the last one. */
  async until(what: string, holds: (status: CanaryStatus) => boolean, timeoutMs = 60_000): Promise<CanaryStatus> {
    return waitFor(
      `${this.namespace}/${this.name}: ${what}`,
      async () => {
        const status = await this.status();
        if (holds(status)) return status;
        const { phase, canaryWeight, failedChecks, release } = status;
        throw new Error(JSON.stringify({ phase, canaryWeight, failedChecks, release }));
      },
      { timeoutMs, everyMs: STATE_MS },
    );
  }

  /** The release of a tag at a weight that is live. */
  atWeight(weight: number, timeoutMs = 60_000): Promise<CanaryStatus> {
    return this.until(
      `weight ${weight}`,
      (status) => status.canaryWeight >= weight && status.release?.weightSince !== undefined,
      timeoutMs,
    );
  }

  /** Names of the pods of the Deployment itself, not of its canary, by uid. */
  async stablePods(): Promise<Json[]> {
    const pods: Json[] = await this.rig.api.list(
      `/api/v1/namespaces/${this.namespace}/pods?labelSelector=app%3D${this.name}`,
    );
    return pods.filter((pod) => pod.metadata.deletionTimestamp === undefined);
  }

  async stablePodIds(): Promise<string[]> {
    return (await this.stablePods()).map((pod) => pod.metadata.uid as string).toSorted();
  }

  /** Tags that run under the Deployment's own selector. */
  async stableTags(): Promise<string[]> {
    const images = (await this.stablePods()).map((pod) => String(pod.spec.containers[0].image));
    return [...new Set(images.map((image) => image.split(':')[1] ?? ''))].toSorted();
  }

  load(rps = 50): Load {
    return this.rig.load({ host: this.host, rps });
  }

  /** Weights that Envoy has now, by Service. */
  envoyWeight(): Promise<Record<string, number>> {
    return this.rig.envoyWeight(`${this.namespace}/${this.name}`);
  }

  /** The Events on the Canary, oldest first. */
  async events(): Promise<{ reason: string; message: string; type: string }[]> {
    const events: Json[] = await this.rig.api.list(`/api/v1/namespaces/${this.namespace}/events`);
    return events
      .filter((event) => event.involvedObject.kind === 'Canary')
      .toSorted((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
      .map(({ reason, message, type }) => ({ reason, message, type }));
  }

  /** Their constants. */
  async reasons(): Promise<string[]> {
    return (await this.events()).map(({ reason }) => reason);
  }

  /** The message of the first Event for this reason, once there is one. */
  told(reason: string): Promise<string> {
    return waitFor(`${this.namespace}/${this.name}: an Event ${reason}`, async () => {
      const event = (await this.events()).find((entry) => entry.reason === reason);
      return event?.message ?? false;
    });
  }

  /** A command as the CLI gives it. */
  async command(action: string, revision?: string): Promise<void> {
    const command = JSON.stringify({ id: `${action}-${Date.now()}`, action, revision });
    await this.rig.api.patch(this.recordPath, { metadata: { annotations: { 'headgate.dev/command': command } } });
  }

  /** Does not wait until all of it is gone. */
  async delete(): Promise<void> {
    await this.rig.api.delete(`/api/v1/namespaces/${this.namespace}`);
  }
}
