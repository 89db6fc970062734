import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHART } from '../../chart/render.ts';
import { ApiError, type CommandResult, type Json, type Rig, waitFor } from '../../rig/rig.ts';
import { ended } from './headgate.ts';

export interface ReleaseOptions {
  helm: 'helm3' | 'helm4';
  namespace?: string;
  /** Merged over what the rig needs, key by key. */
  values?: Json;
  /** The chart's own Redis runs, at the port of the rig's, which has to be stopped. */
  ownRedis?: boolean;
}

/** On the rig all pods share one set of ports, so each listens on its own address. There is no DNS: Redis is found by its URL. */
export function valuesFor({ file }: Rig, ownRedis = false): Json {
  const ownAddress = [
    ...['HEADGATE_HTTP_HOST', 'HEADGATE_WEBHOOK_HOST'].map((name) => ({
      name,
      valueFrom: { fieldRef: { fieldPath: 'status.podIP' } },
    })),
    ...(ownRedis ? [{ name: 'HEADGATE_REDIS_URL', value: file.redis.url }] : []),
  ];
  return {
    metricsServer: file.mesh?.prometheusUrl ?? 'http://127.0.0.1:9',
    redis: { enabled: ownRedis },
    externalRedis: { url: ownRedis ? '' : file.redis.url },
    resyncInterval: '5s',
    routeSettle: '3s',
    scrapeInterval: '1s',
    webhook: { replicas: 2, shutdownDelay: '5s', extraEnv: ownAddress },
    scheduler: { replicas: 1, extraEnv: ownAddress },
  };
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function merged(base: Json, over: Json): Json {
  const entries = Object.entries(over).map(([key, value]) => [
    key,
    isObject(value) && isObject(base[key]) ? merged(base[key], value) : value,
  ]);
  return { ...base, ...Object.fromEntries(entries) };
}

/** Headgate as Helm installs it: its pods run on the rig's node, and the API server finds them by their Service. */
export class Release {
  readonly namespace: string;
  readonly #rig: Rig;
  readonly #helm: string;
  readonly #values: string;
  /** A namespace where changes are held. */
  readonly #held: string;

  constructor(rig: Rig, { helm, namespace = 'headgate', values = {}, ownRedis = false }: ReleaseOptions) {
    this.namespace = namespace;
    this.#rig = rig;
    this.#helm = rig.program(helm);
    this.#held = values['namespaces']?.[0] ?? 'default';
    this.#values = join(rig.file.dir, `values-${randomBytes(3).toString('hex')}.json`);
    writeFileSync(this.#values, JSON.stringify(merged(valuesFor(rig, ownRedis), values)));
  }

  async install(...flags: string[]): Promise<void> {
    await this.begin(...flags, '--wait', '--timeout=120s');
    await this.answers();
  }

  /** Installs without waiting for the pods. */
  async begin(...flags: string[]): Promise<void> {
    await this.run('install', 'headgate', CHART, '--create-namespace', `--values=${this.#values}`, ...flags);
  }

  async upgrade(...flags: string[]): Promise<void> {
    const words = ['--wait', '--timeout=120s', `--values=${this.#values}`];
    await this.run('upgrade', 'headgate', CHART, ...words, ...flags);
  }

  async uninstall(...flags: string[]): Promise<CommandResult> {
    return this.run('uninstall', 'headgate', '--wait', '--timeout=120s', ...flags);
  }

  /** Throws with what Helm said when it fails. */
  async run(...args: string[]): Promise<CommandResult> {
    const result = await this.attempt(...args);
    if (result.code !== 0) throw new Error(`helm ${args[0]}: ${result.stderr}${result.stdout}`);
    return result;
  }

  attempt(...args: string[]): Promise<CommandResult> {
    return ended(this.#helm, [...args, `--namespace=${this.namespace}`], {
      KUBECONFIG: this.#rig.file.kubeconfig,
      // Nothing of this machine's own Helm.
      HELM_CACHE_HOME: join(this.#rig.file.dir, 'helm'),
      HELM_CONFIG_HOME: join(this.#rig.file.dir, 'helm'),
      HELM_DATA_HOME: join(this.#rig.file.dir, 'helm'),
    });
  }

  /** Waits until the API server reaches a webhook that it trusts: a wrong word is refused. */
  async answers(): Promise<void> {
    const labels = { app: 'probe' };
    const probe = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'probe', namespace: this.#held, annotations: { 'headgate.dev/canary': 'yes' } },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'probe', image: 'podinfo:1.4.0' }] } },
      },
    };
    const path = `/apis/apps/v1/namespaces/${this.#held}/deployments?dryRun=All`;
    await waitFor('the webhook to answer', async () => {
      const refusal: unknown = await this.#rig.api.create(path, probe).catch((error: unknown) => error);
      return refusal instanceof ApiError && refusal.message.includes('canary/<name>');
    });
  }

  /** Names of the pods of a component. */
  async pods(component: string): Promise<string[]> {
    const selector = encodeURIComponent(`app.kubernetes.io/component=${component}`);
    const pods: Json[] = await this.#rig.api.list(
      `/api/v1/namespaces/${this.namespace}/pods?labelSelector=${selector}`,
    );
    return pods.map(({ metadata }) => metadata.name as string).toSorted();
  }
}
