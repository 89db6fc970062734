import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dispatcher } from 'undici';
import type { RunningPod } from './agent.ts';
import { ApiClient, type Json } from './api.ts';
import { type KeyPair, sign, writeKubeconfig } from './certs.ts';
import { AuditLog } from './client/audit.ts';
import { Caller } from './client/caller.ts';
import { type EnvoyRoute, envoyClusterNames, envoyClusters, envoyRoutes } from './client/envoy.ts';
import { Gateway } from './client/gateway.ts';
import { type CommandResult, type KubectlOptions, kubectl } from './client/kubectl.ts';
import { Load, type LoadOptions } from './client/load.ts';
import { type PromSample, promQuery } from './client/prometheus.ts';
import { waitFor } from './client/wait.ts';
import { type ComponentStatus, control, type Verb } from './control.ts';
import { clusterAgent } from './http.ts';
import { type RigFile, readRigFile } from './rig-file.ts';

export { ApiClient, ApiError, isStatus, type Json, type KubeObject } from './api.ts';
export type { AuditEntry, AuditFilter } from './client/audit.ts';
export type { EnvoyRoute } from './client/envoy.ts';
export type { GrpcRequest } from './client/gateway.ts';
export { type HttpAnswer, type HttpRequest, revisionOf } from './client/http.ts';
export type { CommandResult, KubectlOptions } from './client/kubectl.ts';
export { isFailure, type Load, type LoadOptions, type LoadSummary, type Sample } from './client/load.ts';
export { type WaitOptions, waitFor } from './client/wait.ts';
export type { Verb } from './control.ts';
export type { GrpcAnswer } from './grpc.ts';
export type { RigFile } from './rig-file.ts';

export type Component =
  | 'etcd'
  | 'apiserver'
  | 'controllers'
  | 'redis'
  | 'istiod'
  | 'envoy'
  | 'sidecar'
  | 'exporter'
  | 'prometheus';

/** The rig this process runs in. Throws with what to do when there is none. */
export function openRig(): Rig {
  return new Rig(readRigFile());
}

/** What tests do with a rig. `close` it at the end. */
export class Rig {
  readonly file: RigFile;
  /** As the admin, with the user agent `rig-test`. */
  readonly api: ApiClient;
  readonly audit: AuditLog;
  #gateway: Gateway | undefined;
  #caller: Caller | undefined;
  readonly #dispatchers: Dispatcher[] = [];
  /** Stopped at the latest with the rig, so that a test that fails leaves nothing running. */
  readonly #loads: Load[] = [];

  constructor(file: RigFile) {
    this.file = file;
    this.audit = new AuditLog(file.auditLog);
    this.api = this.client({ userAgent: 'rig-test' });
  }

  /** A client of the API server: as the admin, or by a token. */
  client(options: { userAgent: string; token?: string }): ApiClient {
    const { ca, cert, key, url } = this.file.apiServer;
    const dispatcher = clusterAgent(options.token ? { ca } : { ca, cert, key });
    this.#dispatchers.push(dispatcher);
    return new ApiClient({ ...options, url, dispatcher });
  }

  kubectl(args: readonly string[], options?: KubectlOptions): Promise<CommandResult> {
    return kubectl(this.file, args, options);
  }

  /** A new namespace in which pods can be made. */
  async createNamespace(prefix: string, labels: Record<string, string> = {}): Promise<string> {
    const name = `${prefix}-${randomBytes(3).toString('hex')}`;
    await this.api.create('/api/v1/namespaces', { metadata: { name, labels } });
    const account = `/api/v1/namespaces/${name}/serviceaccounts/default`;
    await waitFor(`the service account of ${name}`, () => this.api.find(account));
    return name;
  }

  /** The data plane; throws in a rig that was started without it. */
  get mesh(): NonNullable<RigFile['mesh']> {
    if (!this.file.mesh) throw new Error('this rig was started with --no-mesh');
    return this.file.mesh;
  }

  get gateway(): Gateway {
    this.#gateway ??= new Gateway(this.mesh.gatewayUrl);
    return this.#gateway;
  }

  /** A workload in the mesh, whose requests go through its own sidecar. */
  get caller(): Caller {
    this.#caller ??= new Caller(this.mesh.caller, this.api);
    return this.#caller;
  }

  /** Starts sending; `stop()` the result. */
  load(options: LoadOptions): Load {
    const load = new Load(options.via === 'mesh' ? this.caller : this.gateway, options);
    this.#loads.push(load);
    return load;
  }

  /** Every route that the gateway's Envoy, or the caller's sidecar, has for a host or a `namespace/name` of a VirtualService. */
  envoyRoutes(target: string, proxy: 'gateway' | 'sidecar' = 'gateway'): Promise<EnvoyRoute[]> {
    const { envoyAdminUrl, caller } = this.mesh;
    return envoyRoutes(proxy === 'gateway' ? envoyAdminUrl : caller.adminUrl, target);
  }

  /** The weights that Envoy has now (of the last route, which takes what no condition matched); {} when none. */
  async envoyWeight(target: string): Promise<Record<string, number>> {
    return (await this.envoyRoutes(target)).at(-1)?.weights ?? {};
  }

  /** How Envoy connects to each Service of a namespace now, by Service name. */
  envoyClusters(namespace: string): Promise<Record<string, Json>> {
    return envoyClusters(this.mesh.envoyAdminUrl, namespace);
  }

  /** The names of the clusters that the gateway's Envoy and the caller's sidecar have now. */
  async envoyClusterNames(): Promise<{ gateway: string[]; sidecar: string[] }> {
    const { envoyAdminUrl, caller } = this.mesh;
    const [gateway, sidecar] = await Promise.all([envoyAdminUrl, caller.adminUrl].map(envoyClusterNames));
    return { gateway: gateway ?? [], sidecar: sidecar ?? [] };
  }

  readonly prometheus = {
    query: (query: string): Promise<PromSample[]> => promQuery(this.mesh.prometheusUrl, query),
  };

  /** Stops, starts, restarts, kills, pauses or resumes a component; resolves when it is done (and ready again). */
  async control(component: Component, verb: Verb): Promise<void> {
    await control.command(this.file.controlSocket, component, verb);
  }

  components(): Promise<ComponentStatus[]> {
    return control.components(this.file.controlSocket);
  }

  /** What the agent runs now, with process ids and log files. */
  pods(): Promise<RunningPod[]> {
    return control.pods(this.file.controlSocket);
  }

  /** Kills the processes of a pod; its containers restart. */
  async crashPod(namespace: string, name: string): Promise<void> {
    await control.crash(this.file.controlSocket, namespace, name);
  }

  /** A token of a service account. */
  async token(namespace: string, account: string, seconds = 86_400): Promise<string> {
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
    const answer = await this.api.create(path, { spec: { expirationSeconds: seconds } });
    return answer['status'].token;
  }

  /** The path of a kubeconfig that acts as this service account. */
  async serviceAccountKubeconfig(namespace: string, account: string): Promise<string> {
    const dir = join(this.file.dir, 'kubeconfigs');
    mkdirSync(dir, { recursive: true });
    const file = join(dir, `${namespace}-${account}`);
    writeKubeconfig(file, this.file.apiServer.ca, { token: await this.token(namespace, account) }, namespace);
    return file;
  }

  /** A serving certificate signed by the rig's CA, e.g. for `webhook.test.svc`. `caBundle` is for its registration. */
  async certificate(names: readonly string[]): Promise<KeyPair & { caBundle: string }> {
    const dir = join(this.file.dir, 'certs');
    const pair = await sign(this.file.ca, dir, `serving-${randomBytes(4).toString('hex')}`, { names });
    return { ...pair, caBundle: readFileSync(this.file.ca.cert).toString('base64') };
  }

  /** The path of a program of the rig. */
  program(name: string): string {
    const path = join(this.file.bin, name);
    if (!existsSync(path)) throw new Error(`${name} is not in this rig: start it with --with ${name}`);
    return path;
  }

  async close(): Promise<void> {
    await Promise.all(this.#loads.map((load) => load.stop()));
    await this.#gateway?.close();
    await this.#caller?.close();
    await Promise.all(this.#dispatchers.map((dispatcher) => dispatcher.destroy()));
  }
}
