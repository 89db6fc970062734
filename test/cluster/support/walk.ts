import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CHART } from '../../chart/render.ts';
import { type ConsoleCommand, filesOf } from '../../docs/console.ts';
import { isAsTold } from '../../docs/output.ts';
import type { Rig } from '../../rig/rig.ts';
import { filesOfExample, objectsOnRig, replaced, type Stead } from './example.ts';
import { plugin } from './headgate.ts';
import { valuesFor } from './release.ts';
import { Terminal } from './terminal.ts';

const COMMAND_MS = 90_000;

export interface WalkOptions {
  /** An empty directory. */
  dir: string;
  page: string;
  /** Words of the page → what stands for them on the rig. Some are known once what they mean runs. */
  stead: () => Promise<Stead>;
  /** Of manifests/examples, those that the page applies. */
  examples: readonly string[];
  /** Who the page says that asks. */
  user: string;
}

/** What a command printed, beside what the page says. */
export interface Walked {
  code: number;
  printed: readonly string[];
  asTold: boolean;
}

/** The commands of a page, in a directory that has what they name: files of the page, the examples, the chart. */
export class Walk {
  readonly #rig: Rig;
  readonly #options: WalkOptions;
  readonly #terminal: Terminal;

  constructor(rig: Rig, options: WalkOptions) {
    const { dir } = options;
    const { bin, kubeconfig } = rig.file;
    this.#rig = rig;
    this.#options = options;
    const helm = { HELM_CACHE_HOME: dir, HELM_CONFIG_HOME: dir, HELM_DATA_HOME: dir };
    const env = { PATH: `${dir}/bin:${bin}:${process.env['PATH']}`, KUBECONFIG: kubeconfig, HOME: dir, NO_COLOR: '1' };
    this.#terminal = new Terminal({ dir, env: { ...env, ...helm }, timeoutMs: COMMAND_MS });
    this.#furnish();
  }

  /** Programs by the names that people call them by, and files at the paths that the page has. */
  #furnish(): void {
    const { dir, examples } = this.#options;
    const { gatewayUrl } = this.#rig.mesh;
    for (const path of ['bin', ...examples.map((name) => `manifests/examples/${name}`)])
      mkdirSync(join(dir, path), { recursive: true });
    writeFileSync(join(dir, 'bin/kubectl-headgate'), plugin);
    chmodSync(join(dir, 'bin/kubectl-headgate'), 0o755);
    symlinkSync(this.#rig.program('helm4'), join(dir, 'bin/helm'));
    symlinkSync(CHART, join(dir, 'manifests/chart'));
    // The load tester is called by its address, which may be any.
    const values = { ...valuesFor(this.#rig), hooks: { allow: ['http://0.0.0.0/0:*'] } };
    writeFileSync(join(dir, 'values.json'), JSON.stringify(values));
    // Every name leads to the gateway, as there is no DNS.
    writeFileSync(join(dir, '.curlrc'), `connect-to = "::${new URL(gatewayUrl).host}"\n`);
    for (const name of examples) for (const file of filesOfExample(name)) this.#furnishExample(name, file);
  }

  #furnishExample(name: string, file: string): void {
    const items = objectsOnRig(readFileSync(file, 'utf8'), this.#rig.file.bin);
    const path = join(this.#options.dir, 'manifests/examples', name, basename(file));
    writeFileSync(path, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  }

  async take({ command, prints, untilInterrupted }: ConsoleCommand): Promise<Walked> {
    const { dir, page, user } = this.#options;
    const stead = await this.#options.stead();
    for (const { name, text } of filesOf(page)) writeFileSync(join(dir, name), replaced(text, stead));
    const told = (lines: readonly string[]): string[] => lines.map((line) => line.replaceAll('rig-admin', user));
    const isEnough = (lines: readonly string[]) => untilInterrupted && isAsTold(prints, told(lines), true);
    const { lines, code } = await this.#terminal.run(replaced(command, stead), isEnough);
    const printed = told(lines);
    const asTold = isAsTold(prints, printed, untilInterrupted);
    // Whoever is interrupted ends with the signal.
    return { printed, asTold, code: untilInterrupted && asTold ? 0 : code };
  }
}
