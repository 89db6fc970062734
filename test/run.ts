import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isLane, LANES } from './runner/lanes.ts';
import { PHASES, type PhaseName } from './runner/outside.ts';
import { closingLine, isGood, noTotals, say, type Totals } from './runner/report.ts';
import { endAll } from './runner/step.ts';

const USAGE = `usage: node test/run.ts [check] [unit] [cluster] [words...]
Without a phase all of them run, in this order. With words, only the test files whose path contains one of them.
The last line says what it came to: N passed, N failed.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    results: { type: 'string', default: '/dev/null' },
    begun: { type: 'string' },
    lane: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const isPhase = (word: string): word is PhaseName => word in PHASES;

async function inside(words: readonly string[]): Promise<Totals> {
  const { results, begun = mkdtempSync(join(tmpdir(), 'headgate-test-')) } = values;
  const lane = isLane(values.lane) ? values.lane : LANES[0];
  return (await import('./runner/inside.ts')).runInside({ results, begun, lane, words });
}

/** `inside` is how the cluster phase calls this program again, in the rig. */
async function run(): Promise<Totals> {
  const [first, ...rest] = positionals;
  if (first === 'inside') return inside(rest);
  const totals = noTotals();
  const words = positionals.filter((word) => !isPhase(word));
  const chosen = positionals.filter(isPhase);
  const names = chosen.length > 0 ? chosen : (Object.keys(PHASES) as PhaseName[]);
  for (const name of names) await PHASES[name](totals, words);
  if (totals.failures.length > 0) say(`\nfailed:\n${totals.failures.map((line) => `  ${line}\n`).join('')}`);
  if (totals.skipped > 0) say(`${totals.skipped} skipped`);
  say(closingLine(totals));
  return totals;
}

if (values.help) {
  say(USAGE);
} else {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => endAll('SIGTERM'));
  process.exitCode = isGood(await run()) ? 0 : 1;
}
