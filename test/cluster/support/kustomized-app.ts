import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json, Rig } from '../../rig/rig.ts';
import { App, type AppOptions } from './app.ts';
import { isCanaryPod, variablesOf } from './content.ts';

/** The label of all that is in the user's repository: what has it and is there no more is pruned. */
const IN_GIT = { 'in-git': 'storefront' };

/** What its one ConfigMap is called before kustomize adds the hash of the content, and what it says. */
export interface Generated {
  name: string;
  word: string;
}

/** podinfo with a variable from a ConfigMap, whose name kustomize makes of its content. */
export class KustomizedApp {
  readonly app: App;
  readonly #dir: string;

  private constructor(app: App, dir: string) {
    this.app = app;
    this.#dir = dir;
  }

  /** @param dir an empty one, for the user's repository */
  static async in(rig: Rig, dir: string, options: AppOptions): Promise<KustomizedApp> {
    const app = await App.in(rig, 'kustomize', options);
    mkdirSync(dir, { recursive: true });
    return new KustomizedApp(app, dir);
  }

  /** `kubectl apply -k`, which takes away the ConfigMap of the content before. */
  async apply({ name, word }: Generated): Promise<void> {
    const deployment = this.app.manifest('1.4.0');
    const [container] = (deployment as Json).spec.template.spec.containers;
    container.envFrom = [{ prefix: 'SETTINGS_', configMapRef: { name } }];
    const kustomization = {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      namespace: this.app.namespace,
      resources: ['deployment.yaml'],
      labels: [{ pairs: IN_GIT }],
      configMapGenerator: [{ name, literals: [`word=${word}`] }],
    };
    writeFileSync(join(this.#dir, 'deployment.yaml'), JSON.stringify(deployment));
    writeFileSync(join(this.#dir, 'kustomization.yaml'), JSON.stringify(kustomization));
    const selector = Object.entries(IN_GIT).map(([key, value]) => `${key}=${value}`);
    const pruning = ['--prune', `--selector=${selector.join()}`, '--prune-allowlist=core/v1/ConfigMap'];
    await this.app.kubectl(['apply', '-k', this.#dir, ...pruning]);
  }

  /** Names of the ConfigMaps that came from the repository. */
  async configMaps(): Promise<string[]> {
    const [selector] = Object.entries(IN_GIT).map(([key, value]) => `${key}=${value}`);
    const { stdout } = await this.app.kubectl(['get', 'configmaps', `--selector=${selector}`, '-o', 'name']);
    return stdout.split('\n').filter(Boolean);
  }

  /** What the Deployment's template refers to. */
  async referred(): Promise<string> {
    const { spec } = await this.app.deployment();
    return spec.template.spec.containers[0].envFrom[0].configMapRef.name;
  }

  /** The words of many answers, each once: of the stable pods, and of the canary's. */
  async heard(count = 60): Promise<{ stable: string[]; canary: string[] }> {
    const told = { stable: new Set<string>(), canary: new Set<string>() };
    for (let round = 0; round < count; round++) {
      const variables = await variablesOf(this.app);
      const from = isCanaryPod(this.app, variables.get('HOSTNAME')) ? 'canary' : 'stable';
      told[from].add(variables.get('SETTINGS_word') ?? 'nothing');
    }
    return { stable: [...told.stable].toSorted(), canary: [...told.canary].toSorted() };
  }
}
