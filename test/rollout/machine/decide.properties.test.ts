import fc from 'fast-check';
import t from 'tap';
import { SOURCES } from '../../../src/rollout/machine/sources.ts';
import { ACTIVE } from '../../../src/rollout/machine/state.ts';
import type { HookType } from '../../../src/rollout/spec/schema/hook-types.ts';
import type { Hook } from '../../../src/rollout/spec/spec-types.ts';
import { deployment, recreate, replicas as sized, spec } from '../../build.ts';
import { perform } from '../../scenarios/script.ts';
import { Trace } from '../../scenarios/trace.ts';
import { watch } from '../../simulation/invariants.ts';
import { Crash } from '../../simulation/scheduler.ts';
import { Simulation } from '../../simulation.ts';

/** Counterexamples are scripts: they can be run as a scenario. */
const line = (verb: string, ...choices: (string | number)[]) =>
  fc.constantFrom(...(choices.length > 0 ? choices.map((choice) => `${verb} ${choice}`) : [verb]));

const images = line('image', '1.0', '2.0', '3.0', '4.0-crash', '5.0-unready');
const commands = line('command', 'abort', 'promote', 'pause', 'resume', 'retry', 'revert', 'pin');
const users = fc.oneof(
  { weight: 6, arbitrary: images },
  { weight: 3, arbitrary: commands },
  { weight: 3, arbitrary: line('scale', 0, 1, 2, 4, 9) },
  line('pause'),
  line('resume'),
  line('restart-pods'),
  line('refer', 'app', 'app optional', 'other'),
  { weight: 2, arbitrary: line('config', 'app one', 'app two', 'app', 'other one', 'other') },
  line('bypass', 'incident', ''),
  line('threshold', 1, 2, 3),
  line('weights', '50', '10 90', '20 40', '100'),
);
const mishaps = fc.oneof(
  { weight: 2, arbitrary: line('answers', 100, 12, 'none', 'down') },
  line('break', 'canary', 'stable'),
  line('mend', 'canary', 'stable'),
  line('route', 0, 30, 100),
  line('tamper', 'canary', 'stable'),
  line('stall', 'on', 'off', 'on canary', 'off canary'),
  line('evict'),
  line('crash'),
  line('list-after', '0s', '700ms', '20s', '3m'),
  line('refuse', 'no limits', ''),
  line('scheduler', 'off', 'on'),
  line('webhook', 'off', 'on'),
  line('restart'),
  line('line', '2 0', '2 17'),
  { weight: 2, arbitrary: line('turn') },
  { weight: 2, arbitrary: line('delete-route') },
  line('user-route'),
  line('delete-record'),
  line('delete-canary'),
  line('delete-set', 'stable', '1.0', '2.0'),
);
const waits = fc.constantFrom('wait 10ms', 'wait 60ms', 'wait 1s', 'wait 3s', 'wait 9s', 'wait 14s', 'wait 70s');
/** Once the record and the ReplicaSet are gone together, nothing in the cluster says what ran. */
const losesAll = (script: readonly string[]): boolean =>
  script.includes('delete-record') && script.some((words) => words.startsWith('delete-set'));
const scripts = fc
  .array(fc.tuple(fc.oneof({ weight: 2, arbitrary: users }, mishaps), waits), { minLength: 1, maxLength: 12 })
  .map((pairs) => pairs.flat())
  .filter((script) => !losesAll(script));

/** One hook of each type that has a say in a release. */
const HOOKS: Record<string, HookType> = {
  ask: 'confirm-rollout',
  test: 'pre-rollout',
  load: 'rollout',
  more: 'confirm-traffic-increase',
  all: 'confirm-promotion',
  after: 'post-rollout',
  back: 'rollback',
};
const hookAnswers = fc
  .tuple(fc.constantFrom(...Object.keys(HOOKS)), fc.constantFrom('pass', 'fail', 'silent'))
  .map(([name, answer]) => `hook ${name} ${answer}`);
const askedScripts = fc
  .array(
    fc.tuple(
      fc.oneof(
        { weight: 3, arbitrary: hookAnswers },
        { weight: 2, arbitrary: users },
        mishaps,
        line('suspend', 'on', 'off'),
      ),
      waits,
    ),
    { minLength: 1, maxLength: 14 },
  )
  .map((pairs) => pairs.flat())
  .filter((script) => !losesAll(script));
const AGREED = Object.keys(HOOKS).map((name) => `hook ${name} ${name === 'back' ? 'fail' : 'pass'}`);

/** Everybody leaves it alone, and what was broken is mended. */
const CALM = [
  'webhook on',
  'scheduler on',
  'stall off',
  'stall off canary',
  'list-after 0s',
  'refuse',
  'turn',
  'answers 100',
  'mend stable',
  'mend canary',
  'scale 4',
];
const PEACE = [...CALM, 'wait 5s', 'command resume', 'resume', 'wait 10m'];

const hookOf = ([name, type]: [string, HookType]): Hook => ({
  ...{ name, type, url: `http://hooks.test/${name}`, timeoutMs: 5_000, retries: 0, metadata: {}, muteAlert: false },
});

interface Played {
  simulation: Simulation;
  faults: string[];
  trace: Trace;
}

/** Whether stable pods are stopped before others start. */
const strategies = fc.constantFrom('RollingUpdate', 'Recreate');

interface Given {
  replicas?: number;
  hooks?: Record<string, HookType>;
  strategy?: string;
}

function start({ replicas = 4, hooks = {}, strategy = 'RollingUpdate' }: Given = {}): Played {
  const wanted = spec(({ analysis }) => {
    analysis.webhooks = Object.entries(hooks).map(hookOf);
  });
  const simulation = Simulation.ready(
    wanted,
    deployment('1.0', sized(replicas), ...(strategy === 'Recreate' ? [recreate] : [])),
  );
  const faults = watch(simulation);
  return { simulation, faults, trace: new Trace(simulation) };
}

function play(played: Played, script: readonly string[]): Played {
  for (const words of script) perform(played.simulation, played.trace, words);
  return played;
}

const failure = ({ faults, trace }: Played, ...words: string[]): Error =>
  new Error([...words, ...faults, trace.text()].join('\n'));

function check(name: string, property: fc.IProperty<unknown>, numRuns: number): void {
  const { HEADGATE_RUNS: runs, HEADGATE_SEED: seed } = process.env;
  const result = fc.check(property, {
    numRuns: runs === undefined ? numRuns : Number(runs),
    ...(seed !== undefined && { seed: Number(seed) }),
  });
  const { seed: found, counterexample, errorInstance } = result;
  t.notOk(result.failed, name, result.failed ? { seed: found, counterexample, error: String(errorInstance) } : {});
}

const property = <A>(arbitrary: fc.Arbitrary<A>, predicate: (value: A) => void) =>
  fc.property(arbitrary, predicate) as fc.IProperty<unknown>;

check(
  'whatever happens, no invariant is broken',
  property(fc.tuple(scripts, strategies), ([script, strategy]) => {
    const played = play(start({ strategy }), script);
    if (played.faults.length > 0) throw failure(played);
  }),
  40,
);

/** Terminal, or waiting for what only a person can do: give the Deployment a version that runs. */
function isAtRest({ simulation }: Played): boolean {
  const { phase } = simulation.state;
  if (!ACTIVE.has(phase)) return true;
  const [, tag] = simulation.tagOf();
  return (phase === 'Stalled' || phase === 'Promoting') && /crash|unready/.test(tag);
}

check(
  'every state reaches an end when the world leaves it alone, and the next good version is released',
  property(fc.tuple(scripts, strategies), ([script, strategy]) => {
    const played = play(start({ strategy }), [...script, ...PEACE]);
    if (!isAtRest(played)) throw failure(played, 'no end');
    play(played, ['image 9.0', 'wait 4m', 'image 9.0', 'wait 10m']);
    const { state, cluster } = played.simulation;
    const released = state.phase === 'Succeeded' && state.stable?.template.spec.containers[0]?.image === 'podinfo:9.0';
    const tidy = cluster.traffic.weight === 0 && (cluster.canary?.spec.replicas ?? 0) === 0;
    if (!released || !tidy || played.faults.length > 0) throw failure(played, 'not released');
  }),
  25,
);

check(
  'whatever hooks answer, no invariant is broken, and once they agree the next good version is released',
  property(fc.tuple(askedScripts, strategies), ([script, strategy]) => {
    const agreed = [...AGREED, 'suspend off', ...PEACE];
    const played = play(start({ hooks: HOOKS, strategy }), [...AGREED, ...script, ...agreed]);
    if (!isAtRest(played)) throw failure(played, 'no end');
    play(played, ['image 9.0', 'wait 4m', 'image 9.0', 'wait 10m']);
    const { state } = played.simulation;
    const released = state.phase === 'Succeeded' && state.stable?.template.spec.containers[0]?.image === 'podinfo:9.0';
    if (!released || played.faults.length > 0) throw failure(played, 'not released');
  }),
  20,
);

check(
  'a tick that is run again at rest changes nothing, asks nothing and tells nothing',
  property(scripts, (script) => {
    const played = play(start(), [...script, 'scheduler on']);
    const { cluster, ticker } = played.simulation;
    played.simulation.tick();
    const before = JSON.stringify(cluster);
    const { commits, writes } = ticker.requests;
    ticker.onRound = ({ decision }) => {
      if (decision.facts.length > 0) throw failure(played, 'told again');
    };
    ticker.run();
    const quiet = ticker.requests.commits === commits && ticker.requests.writes === writes;
    if (!quiet || before !== JSON.stringify(cluster)) throw failure(played, 'not at rest');
  }),
  25,
);

/** What cannot be read changes as often as anything else does. */
const blindness = fc.subarray([...SOURCES], { maxLength: 4 }).map((sources) => ['unreadable', ...sources].join(' '));
const blindScripts = fc
  .array(fc.tuple(fc.oneof({ weight: 3, arbitrary: blindness }, { weight: 3, arbitrary: users }, mishaps), waits), {
    minLength: 2,
    maxLength: 14,
  })
  .map((pairs) => pairs.flat())
  .filter((script) => !losesAll(script));

check(
  'whatever cannot be read, no invariant is broken, and once all can be read the next good version is released',
  property(blindScripts, (script) => {
    const played = play(start(), [...script, 'unreadable', ...PEACE]);
    if (!isAtRest(played)) throw failure(played, 'no end');
    play(played, ['image 9.0', 'wait 4m', 'image 9.0', 'wait 10m']);
    const { state } = played.simulation;
    const released = state.phase === 'Succeeded' && state.stable?.template.spec.containers[0]?.image === 'podinfo:9.0';
    if (!released || played.faults.length > 0) throw failure(played, 'not released');
  }),
  40,
);

/** How a series of versions ends, with long waits in between: what a fault in the scheduler may not change. */
const VERSIONS = ['1.0', '2.0', '3.0', '4.0-crash', '5.0-unready', '6.0-bad'];
const series = fc.array(fc.constantFrom(...VERSIONS), { minLength: 1, maxLength: 4 });

function ends(versions: readonly string[], trouble: (played: Played) => void): string[] {
  const played = start();
  const bad = new Set<string>();
  played.simulation.ticker.answer = (_metric, revision) => ({ kind: 'value', value: bad.has(revision) ? 0 : 100 });
  trouble(played);
  return versions.map((tag) => {
    const { simulation, trace, faults } = played;
    trace.said(`image ${tag}: ${simulation.setImage(tag)}`);
    if (tag.includes('bad')) bad.add(simulation.tagOf()[0]);
    simulation.advance(400_000);
    if (faults.length > 0) throw failure(played);
    const { phase, stable } = simulation.state;
    const { traffic, canary } = simulation.cluster;
    const running = stable?.template.spec.containers[0]?.image ?? 'nothing';
    return `${tag}: ${phase}, ${running} runs, ${traffic.weight}% on ${canary?.spec.replicas ?? 0} canary pods`;
  });
}

const undisturbed = (versions: readonly string[]) => ends(versions, () => undefined);

/** Numbers below `limit`, always the same for a seed. */
function dice(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

function same(versions: readonly string[], trouble: (played: Played) => void): void {
  const [wanted, found] = [undisturbed(versions).join('\n'), ends(versions, trouble).join('\n')];
  if (wanted !== found) throw new Error(`${found}\ninstead of\n${wanted}`);
}

const seeds = fc.tuple(series, fc.integer({ min: 1, max: 2 ** 31 }));

check(
  'a scheduler that dies between any two writes comes to the same end',
  property(seeds, ([versions, seed]) => {
    const roll = dice(seed);
    same(versions, ({ simulation: { ticker } }) => {
      ticker.onWrite = () => {
        if (roll(6) === 0) throw new Crash('killed');
      };
    });
  }),
  20,
);

check(
  'watches that lag behind one another change no end',
  property(seeds, ([versions, seed]) => {
    const roll = dice(seed);
    same(versions, ({ simulation: { ticker } }) => {
      ticker.lags = () => roll(3) === 0;
    });
  }),
  20,
);

check(
  'a second worker at the same time changes no end, whatever the watches of the two show',
  property(seeds, ([versions, seed]) => {
    const roll = dice(seed);
    same(versions, ({ simulation }) => {
      const other = simulation.colleague();
      other.lags = () => roll(2) === 0;
      simulation.ticker.lags = () => roll(3) === 0;
      simulation.ticker.onWrite = () => {
        if (roll(3) === 0) other.run();
      };
    });
  }),
  20,
);
