import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ApiError, isStatus, type Rig, waitFor } from './rig.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = join(ROOT, 'src/main.ts');
const NAMESPACE = 'headgate';
/** Everything of the product that is not a pod: on the rig its processes stand for the pods. */
const CRDS = ['crd.yaml', 'crd-alertprovider.yaml', 'crd-metrictemplate.yaml', 'crd-clustermetrictemplate.yaml'];
const POLICIES = ['policy.yaml', 'floor.yaml', 'config-pins.yaml'];
const MANIFESTS = ['namespace.yaml', ...CRDS, 'rbac.yaml', ...POLICIES, 'webhook.yaml'];
const SLICE = `/apis/discovery.k8s.io/v1/namespaces/${NAMESPACE}/endpointslices`;
const SERVICE = `/api/v1/namespaces/${NAMESPACE}/services/headgate-webhook`;
const PROBE = '/apis/apps/v1/namespaces/default/deployments?dryRun=All';
const HTTP_PORT = 8080;
const HTTPS_PORT = 8443;

/** Times that are short, so that tests are: the product's own defaults are for clusters. istiod on two busy cores takes a second or two. */
const FAST = {
  HEADGATE_ROUTE_SETTLE: '3s',
  HEADGATE_RESYNC_INTERVAL: '5s',
  HEADGATE_SCRAPE_INTERVAL: '1s',
  HEADGATE_SHUTDOWN_DELAY: '0s',
};
/** There is no DNS: hooks and providers of tests have addresses, whichever they like. */
const ANYWHERE = 'http://0.0.0.0/0:*,https://0.0.0.0/0:*';
const HOOKS = { HEADGATE_HOOKS_ALLOW: ANYWHERE, HEADGATE_METRICS_ALLOW: ANYWHERE };

export interface ProcessOptions {
  role: 'webhook' | 'scheduler';
  /** Address of its own, 10.244.255.x. */
  ip: string;
  env?: Readonly<Record<string, string>>;
  /** The program, where it is not the product's own. */
  program?: string;
  /** What Node is told before the program. */
  nodeFlags?: readonly string[];
}

export interface ProductOptions {
  env?: Readonly<Record<string, string>>;
  schedulers?: number;
  /** What runs, where it is not this checkout's sources, and by which words of Node. */
  program?: string;
  nodeFlags?: readonly string[];
  /** What runs as the scheduler, where that is another one. */
  schedulerProgram?: string;
}

/** One process of the product, as its own ServiceAccount. */
export class ProductProcess {
  readonly options: ProcessOptions;
  readonly #rig: Rig;
  #child: ChildProcess | undefined;

  constructor(rig: Rig, options: ProcessOptions) {
    this.#rig = rig;
    this.options = options;
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error(`the ${this.options.role} is not running`);
    return this.#child.pid;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get url(): string {
    return `http://${this.options.ip}:${HTTP_PORT}`;
  }

  get logFile(): string {
    return join(this.#rig.file.logs, `headgate-${this.options.role}-${this.options.ip}.log`);
  }

  async start(): Promise<void> {
    const { role, ip, env, program = PROGRAM, nodeFlags = [] } = this.options;
    const log = openSync(this.logFile, 'a');
    const kubeconfig = await this.#rig.serviceAccountKubeconfig(NAMESPACE, `headgate-${role}`);
    this.#child = spawn(process.execPath, [...nodeFlags, program, role], {
      stdio: ['ignore', log, log],
      env: { ...process.env, ...this.#environment(ip), ...FAST, ...HOOKS, KUBECONFIG: kubeconfig, ...env },
    });
    await waitFor(`the ${role} at ${ip} to be ready (log: ${this.logFile})`, () => this.#isReady(), {
      timeoutMs: 60_000,
    });
  }

  #environment(ip: string): Record<string, string> {
    const { redis, mesh } = this.#rig.file;
    return {
      HEADGATE_EXCLUDED_NAMESPACES: 'kube-system',
      HEADGATE_REDIS_URL: redis.url,
      HEADGATE_METRICS_SERVER: mesh?.prometheusUrl ?? 'http://127.0.0.1:9',
      HEADGATE_WEBHOOK_HOST: ip,
      HEADGATE_WEBHOOK_PORT: String(HTTPS_PORT),
      HEADGATE_HTTP_HOST: ip,
      HEADGATE_HTTP_PORT: String(HTTP_PORT),
    };
  }

  async #isReady(): Promise<boolean> {
    if (!this.isRunning) throw new Error(`it ended with ${this.#child?.exitCode ?? this.#child?.signalCode}`);
    const answer = await fetch(`${this.url}/readyz`).catch(() => undefined);
    return answer?.ok ?? false;
  }

  /** Resolves when the process is gone. One that was stopped hears of its end when it goes on. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === undefined || !this.isRunning) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    child.kill('SIGCONT');
    await gone;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }
}

/** Headgate on the rig, as it is in a cluster: installed from `manifests/`, reached through its Service. */
export class Product {
  readonly rig: Rig;
  readonly webhooks: ProductProcess[];
  readonly schedulers: ProductProcess[];

  constructor(rig: Rig, options: ProductOptions = {}) {
    const { env, schedulers = 1, program, schedulerProgram = program, nodeFlags = [] } = options;
    const make = (role: ProcessOptions['role'], ip: string, file?: string) =>
      new ProductProcess(rig, { role, ip, nodeFlags, ...(env && { env }), ...(file && { program: file }) });
    this.rig = rig;
    this.webhooks = [make('webhook', '10.244.255.10', program), make('webhook', '10.244.255.11', program)];
    this.schedulers = Array.from({ length: schedulers }, (_, index) =>
      make('scheduler', `10.244.255.${20 + index}`, schedulerProgram),
    );
  }

  async start(): Promise<void> {
    await this.install();
    await Promise.all([...this.webhooks, ...this.schedulers].map((process) => process.start()));
    await this.publish();
  }

  /** Applies the manifests, as an administrator does. */
  async install(): Promise<void> {
    const files = MANIFESTS.map((file) => `--filename=${join(ROOT, 'manifests', file)}`);
    await this.rig.kubectl(['apply', '--server-side', ...files]);
    await waitFor('the definitions to be established', () => this.#areEstablished());
    const metadata = { name: 'headgate-webhook', namespace: NAMESPACE };
    const spec = { ports: [{ name: 'https', port: 443, targetPort: HTTPS_PORT }] };
    await this.#apply(SERVICE, { apiVersion: 'v1', kind: 'Service', metadata, spec });
  }

  async #areEstablished(): Promise<boolean> {
    const found = await this.rig.api.list('/apis/apiextensions.k8s.io/v1/customresourcedefinitions');
    const own = found.filter(({ spec }) => spec.group === 'headgate.dev');
    return own.length === CRDS.length && own.every((definition) => isStatus(definition, 'Established'));
  }

  /** As `kubectl apply --server-side --force-conflicts` does: a test may have written it too. */
  async #apply(path: string, object: object): Promise<void> {
    await this.rig.api.patch(`${path}?fieldManager=kubectl&force=true`, object, 'apply');
  }

  /** Tells the Service which of the webhooks are there, as the EndpointSlice controller does for pods that are ready. */
  async publish(webhooks: readonly ProductProcess[] = this.webhooks): Promise<void> {
    const slice = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: 'headgate-webhook',
        namespace: NAMESPACE,
        labels: { 'kubernetes.io/service-name': 'headgate-webhook' },
      },
      addressType: 'IPv4',
      ports: [{ name: 'https', port: HTTPS_PORT, protocol: 'TCP' }],
      endpoints: webhooks.map(({ options }) => ({ addresses: [options.ip], conditions: { ready: true } })),
    };
    await this.#apply(`${SLICE}/headgate-webhook`, slice);
    await waitFor('the webhook to answer through its Service', () => this.#answers(), { timeoutMs: 20_000 });
  }

  /** A wrong spec is refused: the API server reaches the webhook. With no webhooks there is nothing to wait for. */
  async #answers(): Promise<boolean> {
    const slice = await this.rig.api.find(`${SLICE}/headgate-webhook`);
    const published: unknown[] = slice?.['endpoints'] ?? [];
    if (published.length === 0) return true;
    const refusal: unknown = await this.rig.api.create(PROBE, probeDeployment()).catch((error: unknown) => error);
    return refusal instanceof ApiError && refusal.message.includes('headgate.dev/interval');
  }

  async stop(): Promise<void> {
    await Promise.all([...this.webhooks, ...this.schedulers].map((process) => process.end()));
  }
}

function probeDeployment(): object {
  const labels = { app: 'probe' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'probe',
      namespace: 'default',
      annotations: { 'headgate.dev/canary': 'true', 'headgate.dev/interval': 'soon' },
    },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'probe', image: 'podinfo:1.4.0', ports: [{ containerPort: 9898 }] }] },
      },
    },
  };
}
