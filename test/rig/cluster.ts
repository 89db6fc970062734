import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import {
  apiServerUrl,
  callerIp,
  callerNamespace,
  callerOutboundPort,
  envoyAdminUrl,
  exporterUrl,
  gatewayIp,
  gatewayPort,
  prometheusUrl,
  redisPort,
  sidecarAdminUrl,
} from './addresses.ts';
import { NodeAgent } from './agent.ts';
import { ApiClient } from './api.ts';
import { apiServer } from './apiserver.ts';
import type { Definitions } from './binaries/definitions.ts';
import type { ProgramName } from './binaries/programs.ts';
import { type Certificates, makeCertificates, writeKubeconfig } from './certs.ts';
import { serveControl } from './control.ts';
import { controllers } from './controllers.ts';
import { envoy, sidecar } from './envoy.ts';
import { installEnvoyFilters } from './envoy-filters.ts';
import { etcd } from './etcd.ts';
import { exporter } from './exporter.ts';
import { clusterAgent } from './http.ts';
import { installGateway, installIstioObjects, istiod } from './istiod.ts';
import { type Layout, layOut } from './layout.ts';
import { Program, type ProgramSpec } from './process.ts';
import { prometheus } from './prometheus.ts';
import { redis } from './redis.ts';
import { type RigFile, writeRigFile } from './rig-file.ts';

export interface ClusterOptions {
  dir: string;
  programs: Partial<Record<ProgramName, string>>;
  /** Also istiod, Envoy and Prometheus, with these resource definitions. */
  mesh?: Definitions | undefined;
  /** A component ended by itself after it was up. */
  onExit: (name: string, how: string, logFile: string) => void;
}

/** The whole rig: brings everything up in the order of its dependencies, and takes it down in reverse. */
export class Cluster {
  readonly layout: Layout;
  readonly #options: ClusterOptions;
  readonly #programs = new Map<string, Program>();
  #agent: NodeAgent | undefined;

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.layout = layOut(options.dir);
  }

  /** Resolves when everything is ready; rejects with a StartError that names what is not. */
  async start(): Promise<RigFile> {
    const { layout } = this;
    this.#linkPrograms();
    const certs = await makeCertificates(layout.certs);
    writeKubeconfig(layout.kubeconfig, certs.ca.cert, certs.admin);
    const [agent] = await Promise.all([
      this.#startControlPlane(certs),
      this.#start(redis(layout, this.#file('redis-server'))),
      this.#options.mesh ? this.#startMonitoring() : undefined,
    ]);
    await serveControl(layout.controlSocket, this.#programs, agent);
    const rig = this.#describe(certs);
    writeRigFile(layout.rigFile, rig);
    return rig;
  }

  /** Pods first, then what they ran on. */
  async stop(): Promise<void> {
    await this.#agent?.stop();
    for (const program of [...this.#programs.values()].reverse()) await program.kill();
  }

  async #startControlPlane(certs: Certificates): Promise<NodeAgent> {
    const { layout } = this;
    await this.#start(etcd(layout, this.#file('etcd')));
    await this.#start(apiServer(layout, this.#file('kube-apiserver'), certs));
    const api = this.#api(certs, 'rig-setup');
    const agent = this.#makeAgent(certs);
    await Promise.all([
      this.#start(controllers(layout, this.#file('kube-controller-manager'), certs, api)),
      agent.start(),
      this.#startMesh(api),
    ]);
    return agent;
  }

  async #startMesh(api: ApiClient): Promise<void> {
    const { layout } = this;
    const definitions = this.#options.mesh;
    if (!definitions) return;
    await installIstioObjects(api, definitions.istio);
    await this.#start(istiod(layout, this.#file('pilot-discovery')));
    await Promise.all([
      installGateway(api, gatewayIp, gatewayPort),
      installEnvoyFilters(api),
      api.create('/api/v1/namespaces', { metadata: { name: callerNamespace } }),
    ]);
    const command = this.#file('envoy');
    await Promise.all([this.#start(envoy(layout, command)), this.#start(sidecar(layout, command))]);
  }

  async #startMonitoring(): Promise<void> {
    const { layout } = this;
    await Promise.all([this.#start(exporter(layout)), this.#start(prometheus(layout, this.#file('prometheus')))]);
  }

  #makeAgent(certs: Certificates): NodeAgent {
    const api = this.#api(certs, 'rig-agent');
    const programs = { ...(this.#options.programs as Record<string, string>), node: process.execPath };
    this.#agent = new NodeAgent({
      api,
      programs,
      logs: this.layout.pods,
      volumes: this.layout.data('volumes'),
      certificate: certs.kubelet,
    });
    return this.#agent;
  }

  #api(certs: Certificates, userAgent: string): ApiClient {
    const dispatcher = clusterAgent({ ca: certs.ca.cert, ...certs.admin });
    return new ApiClient({ url: apiServerUrl, dispatcher, userAgent });
  }

  async #start(spec: ProgramSpec): Promise<void> {
    const program = new Program(spec, (ended, how) => this.#options.onExit(ended.name, how, spec.logFile));
    this.#programs.set(spec.name, program);
    await program.start();
  }

  #file(name: ProgramName): string {
    const file = this.#options.programs[name];
    if (!file) throw new Error(`the program ${name} was not found before the start`);
    return file;
  }

  #linkPrograms(): void {
    // This very Node too: a command that starts `node` gets one that runs TypeScript.
    const programs = { ...this.#options.programs, node: process.execPath };
    for (const [name, file] of Object.entries(programs)) symlinkSync(file, join(this.layout.bin, name));
  }

  #describe(certs: Certificates): RigFile {
    const { layout } = this;
    const definitions = this.#options.mesh;
    const mesh = definitions && {
      definitions,
      gatewayUrl: `http://${gatewayIp}:${gatewayPort}`,
      gatewayName: 'istio-system/public-gateway',
      envoyAdminUrl,
      caller: { host: callerIp, port: callerOutboundPort, namespace: callerNamespace, adminUrl: sidecarAdminUrl },
      exporterUrl,
      prometheusUrl,
      targets: layout.targets,
    };
    return {
      dir: layout.dir,
      logs: layout.logs,
      bin: layout.bin,
      kubeconfig: layout.kubeconfig,
      apiServer: { url: apiServerUrl, ca: certs.ca.cert, ...certs.admin },
      ca: certs.ca,
      redis: { host: '127.0.0.1', port: redisPort, url: `redis://127.0.0.1:${redisPort}` },
      controlSocket: layout.controlSocket,
      auditLog: layout.auditLog,
      podLogs: layout.pods,
      pids: Object.fromEntries([...this.#programs].map(([name, { pid }]) => [name, pid ?? 0])),
      ...(mesh ? { mesh } : {}),
    };
  }
}
