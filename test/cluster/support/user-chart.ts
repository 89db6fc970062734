import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommandResult } from '../../rig/rig.ts';
import type { App } from './app.ts';
import { ended } from './headgate.ts';

export type HelmProgram = 'helm3' | 'helm4';

/** Values of the chart in `user-chart/`. */
export type Values = Readonly<Record<string, string | boolean>>;

const CHART = fileURLToPath(new URL('user-chart', import.meta.url));

/** A Deployment, and with `routed` its Service and VirtualService, as Helm brings them to a cluster where Headgate is. */
export class UserChart {
  readonly #app: App;
  readonly #helm: string;
  readonly #home: string;

  constructor(app: App, helm: HelmProgram) {
    this.#app = app;
    this.#helm = app.rig.program(helm);
    this.#home = join(app.rig.file.dir, `of-${app.namespace}`);
    mkdirSync(this.#home);
  }

  install(values: Values = {}, ...flags: string[]): Promise<CommandResult> {
    return this.run('install', 'podinfo', CHART, '--wait', '--timeout=60s', ...this.#set(values), ...flags);
  }

  upgrade(values: Values, ...flags: string[]): Promise<CommandResult> {
    return this.run('upgrade', 'podinfo', CHART, ...this.#set(values), ...flags);
  }

  rollback(revision: number): Promise<CommandResult> {
    return this.run('rollback', 'podinfo', String(revision));
  }

  uninstall(): Promise<CommandResult> {
    return this.run('uninstall', 'podinfo', '--wait', '--timeout=60s');
  }

  /** Throws with what Helm said when it fails. */
  async run(...args: string[]): Promise<CommandResult> {
    const result = await this.attempt(...args);
    if (result.code !== 0) throw new Error(`helm ${args[0]}: ${result.stderr}${result.stdout}`);
    return result;
  }

  attempt(...args: string[]): Promise<CommandResult> {
    const { rig, namespace } = this.#app;
    return ended(this.#helm, [...args, `--namespace=${namespace}`], {
      KUBECONFIG: rig.file.kubeconfig,
      HOME: this.#home,
    });
  }

  #set(values: Values): string[] {
    const { rig, host } = this.#app;
    const all = { host, gateway: rig.mesh.gatewayName, ...values };
    return Object.entries(all).map(([name, value]) => `--set=${name}=${value}`);
  }
}
