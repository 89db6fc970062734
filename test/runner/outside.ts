import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { forTests } from '../rig/binaries/programs.ts';
import { fileStep, scriptStep, testFiles } from './files.ts';
import { partsOf, type Trip, tripsOf } from './lanes.ts';
import { runPool } from './pool.ts';
import { SharedQueue } from './queue.ts';
import { add, merge, noTotals, say, type Totals, tell } from './report.ts';
import { ROOT, track } from './step.ts';

const MINUTE = 60_000;
const UNIT_FILE_MS = 3 * MINUTE;
/** At a time. Files and their rigs wait most of their time; with a fourth one, six files are under way at once. */
const RIGS = Number(process.env['HEADGATE_TEST_RIGS'] ?? 3);
/** Tests of these need a rig. */
const ON_THE_RIG = ['test/cluster/**', 'test/rig/**'];

/** What the words of one run of the runner choose. */
export type Phase = (totals: Totals, words: readonly string[]) => Promise<void>;

/** Types, lint and format; each counts as one. */
const check: Phase = async (totals, words) => {
  if (words.length > 0) return;
  say('checks');
  const steps = [scriptStep('types', 2 * MINUTE), scriptStep('lint', 2 * MINUTE)];
  await runPool(steps, { jobs: 1, limitMs: 5 * MINUTE, totals });
};

/** Everything that needs no rig. */
const unit: Phase = async (totals, words) => {
  const files = testFiles(['test/**/*.test.ts'], ON_THE_RIG, words);
  // Some of them wait for a program or a clock.
  const jobs = availableParallelism() + 1;
  say(`unit: ${files.length} files, ${jobs} at a time`);
  const steps = files.map((file) => fileStep(file, UNIT_FILE_MS));
  await runPool(steps, { jobs, limitMs: 10 * MINUTE, totals });
};

/** Rigs side by side, which are built, started and torn down around what runs in them: most of it is waiting. */
const cluster: Phase = async (totals, words) => {
  const trips = tripsOf(words);
  const rigs = Math.min(trips.length, RIGS);
  say(`cluster: ${rigs === 1 ? 'one rig' : `${rigs} rigs`} at a time`);
  const begun = mkdtempSync(join(tmpdir(), 'headgate-test-'));
  const work = async (): Promise<void> => {
    for (let trip = trips.shift(); trip !== undefined; trip = trips.shift()) await runTrip(trip, begun, totals);
  };
  await Promise.all(Array.from({ length: rigs }, work));
  rmSync(begun, { recursive: true });
};

async function runTrip({ lane, words }: Trip, begun: string, totals: Totals): Promise<void> {
  const files = Object.values(partsOf({ lane, words })).flat();
  if (new SharedQueue(begun, files).isEmpty) return;
  const dir = mkdtempSync(join(tmpdir(), 'headgate-test-'));
  const file = join(dir, 'totals.json');
  const run = ['test/run.ts', 'inside', `--results=${file}`, `--begun=${begun}`, `--lane=${lane}`, ...words];
  const args = ['test/rig/up.ts', '--with', forTests.join(), '--', process.execPath, ...run];
  const rig = track(spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] }));
  const [code] = (await once(rig, 'exit')) as [number | null];
  const inside = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Totals) : noTotals();
  rmSync(dir, { recursive: true });
  merge(totals, inside);
  if (code === 0 || (inside.failed > 0 && code === 1)) return;
  const failures = [{ path: [`ended with exit code ${code}; what it said stands above`], details: [] }];
  const result = { name: `the rig of ${lane}`, passed: 0, skipped: 0, failures, ms: 0 };
  add(totals, result);
  tell(result);
}

export const PHASES = { check, unit, cluster } as const satisfies Record<string, Phase>;
export type PhaseName = keyof typeof PHASES;
