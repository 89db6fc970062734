import { readFileSync, writeFileSync } from 'node:fs';
import type { Rig } from '../../rig/rig.ts';
import { FaultProxy } from './fault-proxy.ts';

/** Stands between one client and the API server. */
export class ApiProxy extends FaultProxy {
  readonly #rig: Rig;

  constructor(rig: Rig) {
    super({ url: rig.file.apiServer.url, ca: readFileSync(rig.file.apiServer.ca) });
    this.#rig = rig;
  }

  /** A kubeconfig of a ServiceAccount that leads here. */
  async kubeconfig(namespace: string, account: string): Promise<string> {
    const file = await this.#rig.serviceAccountKubeconfig(namespace, account);
    const config = JSON.parse(readFileSync(file, 'utf8')) as { clusters: { cluster: object }[] };
    for (const entry of config.clusters) entry.cluster = { server: this.url, 'insecure-skip-tls-verify': true };
    const own = `${file}-by-proxy`;
    writeFileSync(own, JSON.stringify(config), { mode: 0o600 });
    return own;
  }
}
