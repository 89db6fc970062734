import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { answers } from '../../rig/http.ts';
import { installDefinitions } from '../../rig/istiod.ts';
import { type Rig, waitFor } from '../../rig/rig.ts';

export interface ControllerOptions {
  /** Of the program, and of its ServiceAccount. */
  name: 'flagger' | 'rollouts-controller';
  namespace: string;
  /** A file of its resource definitions. */
  definitions: string;
  args: readonly string[];
  /** Answers 200 when it is ready. */
  health: string;
}

/** A controller of another project in one process, as it is in a pod: with a ServiceAccount, and nothing of the rig's own. */
export class Controller {
  readonly #rig: Rig;
  readonly #options: ControllerOptions;
  #child: ChildProcess | undefined;

  constructor(rig: Rig, options: ControllerOptions) {
    this.#rig = rig;
    this.#options = options;
  }

  get pids(): number[] {
    return [this.#child?.pid ?? 0];
  }

  async start(): Promise<void> {
    const { name, definitions, args, health } = this.#options;
    await installDefinitions(this.#rig.api, definitions);
    const kubeconfig = await this.#account();
    const log = openSync(join(this.#rig.file.logs, `${name}.log`), 'a');
    const env = { PATH: process.env['PATH'], HOME: process.env['HOME'] };
    this.#child = spawn(this.#rig.program(name), [...args, `--kubeconfig=${kubeconfig}`], {
      stdio: ['ignore', log, log],
      env,
    });
    await waitFor(`${name} to be ready`, () => answers(health), { timeoutMs: 60_000 });
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Its kubeconfig: an account that may do everything. */
  async #account(): Promise<string> {
    const { name, namespace } = this.#options;
    const { api } = this.#rig;
    await api.create('/api/v1/namespaces', { metadata: { name: namespace } });
    await api.create(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name } });
    await api.create('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    });
    return this.#rig.serviceAccountKubeconfig(namespace, name);
  }
}
