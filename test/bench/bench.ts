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
const USAGE = `usage: npm run bench -- [--quick] [--parts NAMES] [--jobs WORDS] [--results FILE]
  --quick         fewer and smaller measurements: twenty minutes
  --parts NAMES   only these, with commas: ${PART_NAMES.join(', ')}
  --jobs WORDS    of them only the jobs that have one of these in their name, such as "flagger, 400 apps"; with semicolons
  --results FILE  keep what was measured there; what it has of other parts and jobs comes into the table too, and with
                  --parts= nothing is measured
The table is printed, and written into docs/performance.md when it has every part.`;
const PAGE = join(import.meta.dirname, '..', '..', 'docs', 'performance.md');

/** What was measured, by part. */
type Results = Partial<Record<PartName, Turn[]>>;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    parts: { type: 'string', default: PART_NAMES.join() },
    jobs: { type: 'string', default: '' },
    results: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const jobWords = values.jobs.split(';').filter(Boolean);
const isChosen = ({ name }: Job): boolean => jobWords.length === 0 || jobWords.some((words) => name.includes(words));
let failures = 0;

/** One job; where it failed, which is told and does not end the others, what it had measured until then. */
async function attempt(job: Job, words: string): Promise<Measures> {
  const began = Date.now();
  console.error(`bench: ${words}`);
  const { measures, failure } = await runJob(job);
  const took = `${Math.round((Date.now() - began) / 1_000)} s`;
  console.error(failure ? `bench: ${words}: ${failure} after ${took}` : `bench: ${words}: done in ${took}`);
  if (failure !== undefined) failures += 1;
  return measures;
}

/** The turns of a part, in the place of what was measured of the same jobs before; `keep` is called after each job. */
async function measureTurns(
  name: PartName,
  { jobs, turns }: Part,
  before: readonly Turn[],
  keep: (turns: Turn[]) => void,
) {
  const taken = Array.from({ length: Math.max(turns, before.length) }, (_, index) => ({ ...before[index] }));
  for (const [index, turn] of taken.slice(0, turns).entries())
    for (const job of jobs.filter((one) => isChosen(one) && index < (one.turns ?? turns))) {
      turn[job.name] = await attempt(job, `${name}, run ${index + 1} of ${job.turns ?? turns}: ${job.name}`);
      keep(taken);
    }
}

async function measure(chosen: readonly PartName[], all: Record<PartName, Part>): Promise<Results> {
  const results: Results = values.results && existsSync(values.results) ? read(values.results) : {};
  for (const name of chosen)
    await measureTurns(name, all[name], results[name] ?? [], (turns) => {
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
