import { writeFileSync } from 'node:fs';
import { Product } from '../rig/product.ts';
import { openRig } from '../rig/rig.ts';
import { fileStep, testFiles } from './files.ts';
import { runPool } from './pool.ts';
import { add, noTotals, say, type Totals, tell } from './report.ts';
import type { StepResult } from './step.ts';

const MINUTE = 60_000;
/** More at a time only makes each slower: two cores carry the control plane too. */
const JOBS = Number(process.env['HEADGATE_TEST_JOBS'] ?? 3);
const LIMIT_MS = 15 * MINUTE;
const FILE_MS = 5 * MINUTE;

/**
 * The part of the cluster tests that runs inside the rig; the rig's own tests come first. Files of test/cluster share one
 * Headgate and run side by side; files of test/cluster/faults break things, so each has the rig, and a Headgate of its
 * own, to itself.
 */
export async function runInside(resultFile: string, words: readonly string[]): Promise<Totals> {
  const totals = noTotals();
  // Written after every file: the counts survive whatever happens to this process.
  const save = (): void => writeFileSync(resultFile, JSON.stringify(totals));
  const run = (files: readonly string[], jobs: number): Promise<void> => {
    const steps = files.map((file) => fileStep(file, FILE_MS));
    return runPool(steps, { jobs, limitMs: LIMIT_MS, totals, onResult: save });
  };
  const ofRig = testFiles(['test/rig/*.test.ts'], [], words);
  const beside = testFiles(['test/cluster/*.test.ts'], [], words);
  const alone = testFiles(['test/cluster/faults/*.test.ts'], [], words);
  if (ofRig.length > 0) {
    say(`the rig itself: ${ofRig.length} files, one after the other`);
    await run(ofRig, 1);
  }
  if (beside.length > 0) {
    say(`cluster: ${beside.length} files, ${JOBS} at a time, with one Headgate`);
    await withProduct(() => run(beside, JOBS), totals);
    save();
  }
  if (alone.length > 0) {
    say(`cluster, with faults: ${alone.length} files, one after the other`);
    await run(alone, 1);
  }
  return totals;
}

async function withProduct(run: () => Promise<void>, totals: Totals): Promise<void> {
  const rig = openRig();
  const product = new Product(rig);
  try {
    await product.start();
    await run();
  } catch (error) {
    const result = notStarted(error);
    add(totals, result);
    tell(result);
  } finally {
    await product.stop();
    await rig.close();
  }
}

function notStarted(error: unknown): StepResult {
  const details = String(error instanceof Error ? error.stack : error).split('\n');
  const failures = [{ path: ['Headgate does not start on the rig'], details }];
  return { name: 'Headgate on the rig', passed: 0, skipped: 0, failures, ms: 0 };
}
