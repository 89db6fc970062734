import { writeFileSync } from 'node:fs';
import { ENROLLED } from '../../src/rollout/keys.ts';
import { Product } from '../rig/product.ts';
import { type Component, openRig, type Rig } from '../rig/rig.ts';
import { fileStep } from './files.ts';
import { partsOf, type Trip } from './lanes.ts';
import { runPool, wordsOf } from './pool.ts';
import { SharedQueue } from './queue.ts';
import { add, noTotals, say, type Totals, tell } from './report.ts';

const MINUTE = 60_000;
/** Files on one Headgate, most of whose time is waiting. A third one makes what has a bound in time unsure on two cores. */
const JOBS = Number(process.env['HEADGATE_TEST_JOBS'] ?? 2);
const LIMIT_MS = 25 * MINUTE;
const FILE_MS = 8 * MINUTE;
/** What stays of a Headgate when its processes are gone, and is in the way of another; a rig has no others of these. */
const REGISTRATIONS = 'mutatingwebhookconfigurations,validatingadmissionpolicies,validatingadmissionpolicybindings';

interface Part {
  title: string;
  files: readonly string[];
  jobs: number;
  prepare?: () => Promise<void>;
}

export interface Inside extends Trip {
  /** Where the counts are written. */
  results: string;
  /** What the rigs that share these files have begun. */
  begun: string;
}

/**
 * The part of the cluster tests that runs inside the rig; the rig's own tests come first. Files of test/cluster share one
 * Headgate and run side by side, but for those that measure; files of test/cluster/faults break things, so each has the
 * rig, and a Headgate of its own, to itself.
 */
export async function runInside({ results, begun, ...trip }: Inside): Promise<Totals> {
  const totals = noTotals();
  // Written after every file: the counts survive whatever happens to this process.
  const save = (): void => writeFileSync(results, JSON.stringify(totals));
  const run = async ({ title, files, jobs, prepare }: Part): Promise<void> => {
    const queue = new SharedQueue(begun, files);
    if (queue.isEmpty) return;
    say(`${title}: of ${files.length} files, ${jobs === 1 ? 'one after the other' : `${jobs} at a time`}`);
    const steps = queue.map((file) => fileStep(file, FILE_MS));
    await runPool(steps, { jobs, limitMs: LIMIT_MS, totals, onResult: save, ...(prepare && { prepare }) });
  };
  const { together, measuring, rig: ofRig, breaking } = partsOf(trip);
  const rig = openRig();
  await run({ title: 'the rig itself', files: ofRig, jobs: 1 });
  if (together.length + measuring.length > 0) {
    await withProduct(rig, totals, async () => {
      // They run alone: at the end, everything would wait for them.
      await run({ title: 'cluster, measured', files: measuring, jobs: 1 });
      await run({ title: 'cluster', files: together, jobs: JOBS });
    });
    save();
  }
  await run({ title: 'cluster, with faults', files: breaking, jobs: 1, prepare: () => mend(rig) });
  await rig.close();
  return totals;
}

async function withProduct(rig: Rig, totals: Totals, run: () => Promise<void>): Promise<void> {
  const began = Date.now();
  const product = new Product(rig);
  try {
    await product.start();
    await run();
  } catch (error) {
    const failures = [{ path: ['Headgate does not start on the rig'], details: wordsOf(error) }];
    const result = { name: 'Headgate on the rig', passed: 0, skipped: 0, failures, ms: Date.now() - began };
    add(totals, result);
    tell(result);
  } finally {
    await product.stop();
  }
}

/** A file that breaks things finds the rig whole, and no trace of the Headgate before, nor of what was enrolled there. */
async function mend(rig: Rig): Promise<void> {
  for (const { name, state } of await rig.components()) {
    if (state !== 'running') await rig.control(name as Component, state === 'paused' ? 'resume' : 'start');
  }
  await rig.kubectl(['delete', REGISTRATIONS, '--all']);
  await rig.kubectl(['delete', 'deployments', '--all-namespaces', `--selector=${ENROLLED}=true`]);
}
