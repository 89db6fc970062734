import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { bytesOf, cpuMsOf } from '../../../rig/pod-metrics/usage.ts';
import type { Product } from '../../../rig/product.ts';
import type { Rig } from '../../../rig/rig.ts';

/** Among the addresses of processes that tests start. */
const CONTAINERS = { host: '10.244.255.251', port: 9_444 };

/** What the rig's Prometheus reads besides Istio's figures: the product's processes, and the containers as the kubelet shows them. */
export class MonitoredTargets {
  readonly #rig: Rig;
  readonly #file: string;
  readonly #server: Server;

  constructor(rig: Rig) {
    this.#rig = rig;
    this.#file = join(rig.mesh.targets, 'monitoring.json');
    this.#server = createServer((_request, response) => {
      const answer = (status: number, text: string) =>
        response.writeHead(status, { 'content-type': 'text/plain; version=0.0.4' }).end(text);
      this.#containers().then(
        (text) => answer(200, text),
        (error: Error) => answer(500, error.message),
      );
    });
  }

  async start({ webhooks, schedulers }: Product): Promise<void> {
    await new Promise<void>((resolve, reject) => this.#server.once('error', reject).listen(CONTAINERS, resolve));
    const processes = [...webhooks, ...schedulers].map(({ url }) => new URL(url).host);
    const targets = [...processes, `${CONTAINERS.host}:${CONTAINERS.port}`];
    writeFileSync(`${this.#file}.new`, JSON.stringify([{ targets }]));
    renameSync(`${this.#file}.new`, this.#file);
  }

  stop(): void {
    rmSync(this.#file, { force: true });
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #containers(): Promise<string> {
    const pods = await this.#rig.pods();
    const lines = pods.flatMap(({ namespace, name, containers }) =>
      containers.flatMap(({ name: container, pid }) => {
        const cpuMs = pid === undefined ? undefined : cpuMsOf(pid);
        if (pid === undefined || cpuMs === undefined) return [];
        const labels = `{namespace="${namespace}",pod="${name}",container="${container}"}`;
        return [
          `container_cpu_usage_seconds_total${labels} ${cpuMs / 1_000}`,
          `container_memory_working_set_bytes${labels} ${bytesOf(pid)}`,
        ];
      }),
    );
    return `${lines.join('\n')}\n`;
  }
}
