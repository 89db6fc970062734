import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parseDocument, Scalar } from 'yaml';
import type { Deployment } from '../../src/rollout/kube.ts';
import { type HookType, isGate } from '../../src/rollout/spec/schema/hook-types.ts';
import type { Hook, RolloutSpec } from '../../src/rollout/spec/spec-types.ts';
import { deployment, noSurge, recreate, replicas, spec } from '../build.ts';
import { watch } from '../simulation/invariants.ts';
import { Simulation } from '../simulation.ts';
import { refer } from './config-script.ts';
import { perform } from './script.ts';
import { Trace } from './trace.ts';

const STRATEGIES = { Recreate: recreate, NoSurge: noSurge };

interface Scenario {
  claim: string;
  /** What differs from the usual: 4 replicas, weights 20 and 40, 10 s a step, two failed checks fail. */
  given?: {
    image?: string;
    replicas?: number;
    /** ConfigMap that the first template takes variables from. */
    refers?: string;
    strategy?: keyof typeof STRATEGIES;
    spec?: Partial<RolloutSpec>;
    analysis?: Partial<RolloutSpec['analysis']>;
    /** Hooks by name and type; each has 10 s for its answer, and no retries. */
    hooks?: Record<string, HookType>;
    /** Seconds that gates wait. */
    timeLimit?: number;
  };
  script: string[];
  trace?: string;
}

const hooksOf = ({ hooks = {}, timeLimit }: NonNullable<Scenario['given']>): Hook[] =>
  Object.entries(hooks).map(([name, type]) => ({
    ...{ name, type, url: `http://hooks.test/${name}`, timeoutMs: 10_000, retries: 0, metadata: {}, muteAlert: false },
    ...(timeLimit !== undefined && isGate(type) && { timeLimitMs: timeLimit * 1_000 }),
  }));

/** The printed story of a scenario, and what happened in it that never must. */
function run({ given = {}, script }: Scenario): { trace: string; faults: string[] } {
  const object = deployment(
    given.image ?? '1.0',
    replicas(given.replicas ?? 4),
    ...(given.refers === undefined ? [] : [(object: Deployment) => refer(object, [given.refers ?? ''])]),
    ...(given.strategy ? [STRATEGIES[given.strategy]] : []),
  );
  const wanted = spec((usual) => {
    Object.assign(usual, given.spec);
    Object.assign(usual.analysis, given.analysis);
    usual.analysis.webhooks = hooksOf(given);
  });
  const simulation = Simulation.ready(wanted, object);
  const faults = watch(simulation);
  const trace = new Trace(simulation);
  for (const line of script) perform(simulation, trace, line);
  return { trace: trace.text(), faults };
}

const folder = import.meta.dirname;
const rewrite = process.env['HEADGATE_UPDATE'] === '1';

for (const file of readdirSync(folder).filter((name) => name.endsWith('.yaml'))) {
  const path = join(folder, file);
  const document = parseDocument(readFileSync(path, 'utf8'));
  const scenario = document.toJS() as Scenario;
  const { trace, faults } = run(scenario);
  if (rewrite && trace !== scenario.trace) {
    const text = new Scalar(trace);
    text.type = 'BLOCK_LITERAL';
    document.set('trace', text);
    writeFileSync(path, document.toString({ lineWidth: 0 }));
  }
  t.same(faults, [], `${file} keeps all invariants`);
  t.equal(trace, rewrite ? trace : scenario.trace, `${file}: ${scenario.claim}`);
}
