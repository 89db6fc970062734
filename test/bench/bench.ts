import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Job, Measures, Part, Turn } from './parts/part.ts';
import { isPartName, PART_NAMES, type PartName, parts } from './parts/parts.ts';
import { prepare } from './prepare.ts';
import { runJob } from './run-job.ts';
import { machineLine } from './support/machine.ts';
import { type Section, text, written } from './table/page.ts';

/** Headgate beside a webhook that does nothing, beside Flagger and Argo Rollouts, and beside itself at other sizes. */
const USAGE = `usage: npm run bench -- [--quick] [--parts NAMES] [--results FILE]
  --quick         fewer and smaller measurements: a quarter of an hour
  --parts NAMES   only these, with commas: ${PART_NAMES.join(', ')}
  --results FILE  keep what was measured there; what it has of other parts comes into the table too, and with
                  --parts= nothing is measured
The table is printed, and written into docs/performance.md when it has every part.`;
const PAGE = join(import.meta.dirname, '..', '..', 'docs', 'performance.md');

/** What was measured, by part. */
type Results = Partial<Record<PartName, Turn[]>>;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    parts: { type: 'string', default: PART_NAMES.join() },
    results: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
let failures = 0;

/** One job; nothing where it failed, which is told and does not end the others. */
async function attempt(job: Job, words: string): Promise<Measures | undefined> {
  const began = Date.now();
  console.error(`bench: ${words}`);
  try {
    const measures = await runJob(job);
    console.error(`bench: ${words}: done in ${Math.round((Date.now() - began) / 1_000)} s`);
    return measures;
  } catch (error) {
    failures += 1;
    console.error(`bench: ${words}: ${(error as Error).message}`);
    return undefined;
  }
}

/** The turns of a part; `keep` is called with what is there after each job. */
async function turnsOf(name: PartName, { jobs, turns }: Part, keep: (turns: Turn[]) => void): Promise<void> {
  const taken: Record<string, Measures>[] = [];
  for (let number = 1; number <= turns; number += 1) {
    const turn: Record<string, Measures> = {};
    taken.push(turn);
    for (const job of jobs.filter((one) => number <= (one.turns ?? turns))) {
      const measures = await attempt(job, `${name}, run ${number} of ${turns}: ${job.name}`);
      if (measures) turn[job.name] = measures;
      keep(taken);
    }
  }
}

async function measure(chosen: readonly PartName[], all: Record<PartName, Part>): Promise<Results> {
  const results: Results = values.results && existsSync(values.results) ? read(values.results) : {};
  for (const name of chosen)
    await turnsOf(name, all[name], (turns) => {
      results[name] = turns;
      if (values.results) writeFileSync(values.results, JSON.stringify(results));
    });
  return results;
}

const read = (file: string): Results => JSON.parse(readFileSync(file, 'utf8')) as Results;

function sectionsOf(results: Results, all: Record<PartName, Part>): Section[] {
  return PART_NAMES.flatMap((name) => {
    const turns = results[name];
    const { title, about, rows } = all[name];
    return turns ? [{ title, about, turns: turns.length, rows: rows(turns) }] : [];
  });
}

async function main(chosen: readonly PartName[]): Promise<void> {
  const all = parts(values.quick);
  if (chosen.length > 0) await prepare();
  const sections = sectionsOf(await measure(chosen, all), all);
  const head = machineLine(values.quick);
  console.log(`${head}\n\n${text(sections)}`);
  if (sections.length === PART_NAMES.length) writeFileSync(PAGE, written(readFileSync(PAGE, 'utf8'), head, sections));
  process.exitCode = failures > 0 ? 1 : 0;
}

const chosen = values.parts.split(',').filter(Boolean);
if (values.help) console.log(USAGE);
else if (chosen.every(isPartName)) await main(chosen);
else throw new Error(USAGE);
