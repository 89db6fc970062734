import { join } from 'node:path';
import { Product } from '../rig/product.ts';
import { type Load, type Rig, waitFor } from '../rig/rig.ts';
import type { Chapter, Outcome, Snapshot, View } from './model.ts';
import { NAME, NAMESPACE, Release } from './release.ts';

export const HOST = 'podinfo.example.com';
const RPS = 150;
const GOOD = '1.4.1';
const BAD = '1.4.2-errors';

const TITLES = [
  'Headgate is installed: manifests, two webhooks, a scheduler',
  'podinfo 1.4.0 is deployed, annotated, and gets steady load through the gateway',
  `A good version, ${GOOD}, is released`,
  `A failing version, ${BAD}, is kept out`,
] as const;

/** The demo's story, told to a view. */
export class Story {
  readonly #rig: Rig;
  readonly #view: View;
  readonly #product: Product;
  readonly #chapters: Chapter[] = TITLES.map((title) => ({ title, state: 'waiting', ms: 0 }));
  readonly outcomes: Outcome[] = [];
  #load: Load | undefined;

  constructor(rig: Rig, view: View) {
    this.#rig = rig;
    this.#view = view;
    this.#product = new Product(rig);
  }

  async tell(): Promise<void> {
    await this.#chapter(0, () => this.#product.start());
    await this.#chapter(1, () => this.#deploy());
    await this.#chapter(2, () => this.#release(GOOD, 'Succeeded', GOOD));
    await this.#chapter(3, () => this.#release(BAD, 'Failed', GOOD));
  }

  /** Ends the load; what was sent in all. */
  async total(): Promise<{ sent: number; failed: number }> {
    const summary = await this.#load?.stop();
    return { sent: summary?.total ?? 0, failed: summary?.failures ?? 0 };
  }

  stop(): Promise<void> {
    return this.#product.stop();
  }

  async #chapter(index: number, tell: () => Promise<void>): Promise<void> {
    const began = Date.now();
    const update = (state: Chapter['state']): void => {
      this.#chapters[index] = { title: TITLES[index] ?? '', state, ms: Date.now() - began };
      this.#view.chapters([...this.#chapters]);
    };
    const timer = setInterval(() => update('running'), 1_000);
    update('running');
    try {
      await tell();
      update((this.outcomes[index - 2]?.problems.length ?? 0) > 0 ? 'failed' : 'done');
    } catch (error) {
      update('failed');
      throw error;
    } finally {
      clearInterval(timer);
    }
  }

  /** Runs kubectl as a person would, and shows what it printed. */
  async #kubectl(words: string, shown = words): Promise<void> {
    const { stdout, stderr } = await this.#rig.kubectl(words.split(' '));
    const output = `${stderr}${stdout}`.split('\n').filter((line) => line.trim() !== '');
    this.#view.command({ command: `kubectl ${shown}`, output });
  }

  async #deploy(): Promise<void> {
    const file = join(import.meta.dirname, 'podinfo.yaml');
    await this.#kubectl(`apply -f ${file}`, 'apply -f test/demo/podinfo.yaml');
    this.#view.explain('A Deployment as anybody has it: three pods of podinfo 1.4.0.');
    await this.#rig.kubectl(['-n', NAMESPACE, 'rollout', 'status', `deployment/${NAME}`]);
    const settings = [
      'canary=true',
      'interval=6s',
      'threshold=3',
      `hosts=${HOST}`,
      `gateways=${this.#rig.mesh.gatewayName}`,
    ];
    const annotations = settings.map((setting) => `headgate.dev/${setting}`).join(' ');
    await this.#kubectl(`-n ${NAMESPACE} annotate deployment/${NAME} ${annotations}`);
    this.#view.explain('It is enrolled. No pod restarted; Headgate made the Services and the route that it needs.');
    const answers = async () => (await this.#rig.gateway.request({ host: HOST })).status === 200;
    await this.#view.read();
    await waitFor(`the gateway to answer for ${HOST}`, answers, { timeoutMs: 60_000 });
    this.#load = this.#rig.load({ host: HOST, rps: RPS, maxMs: 3_600_000 });
  }

  async #release(tag: string, expected: string, stableTag: string): Promise<void> {
    const load = this.#load;
    if (load === undefined) throw new Error('nothing is deployed yet');
    const began = Date.now();
    const onSnapshot = (snapshot: Snapshot): void => this.#view.snapshot(snapshot);
    const release = new Release({ rig: this.#rig, load, tag, onSnapshot });
    await release.ignorePresent();
    await this.#kubectl(`-n ${NAMESPACE} set image deployment/${NAME} podinfo=podinfo:${tag}`);
    const snapshot = await release.followToItsEnd();
    const ms = Date.now() - began;
    const problems = problemsOf(snapshot, { expected, stableTag });
    await this.#view.read();
    this.outcomes.push({ tag, expected, snapshot, ms, problems });
  }
}

function problemsOf({ phase, stable, steps }: Snapshot, wanted: { expected: string; stableTag: string }): string[] {
  const problems: string[] = [];
  if (phase !== wanted.expected) problems.push(`the phase is ${phase}`);
  if (!/^\d+ x /.test(stable) || stable.replace(/^\d+ x /, '') !== wanted.stableTag)
    problems.push(`the stable pods are ${stable}`);
  const lost = steps.reduce((sum, { failed, canaryFailed }) => sum + failed - canaryFailed, 0);
  if (lost > 0) problems.push(`${lost} requests failed that no canary answered`);
  if (wanted.expected === 'Succeeded' && steps.some(({ failed }) => failed > 0)) problems.push('requests failed');
  return problems;
}
