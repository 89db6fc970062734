import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import type { ProductProcess } from '../rig/product.ts';
import { openRig } from '../rig/rig.ts';
import { installRoutes } from './support/apps.ts';
import { BUILT_PROGRAM, builtProduct } from './support/built-product.ts';
import { residentBytes } from './support/process-usage.ts';
import { deliver } from './support/results.ts';
import { median } from './support/statistics.ts';
import { megabytes, ms, table } from './support/table.ts';

/** How long Node, the command line and a scheduler take from nothing to ready; each in turn, so that all meet the same machine. */
const { values } = parseArgs({
  options: { times: { type: 'string', default: '9' }, json: { type: 'string' } },
});
const times = Number(values.times);

/** Milliseconds that a program runs until it ends. */
function run(...args: string[]): number {
  const from = performance.now();
  execFileSync(process.execPath, args, { stdio: 'ignore' });
  return performance.now() - from;
}

/** Milliseconds until it answers that it is ready, and the memory that it has then. */
async function ready(scheduler: ProductProcess): Promise<{ took: number; bytes: number }> {
  const from = performance.now();
  await scheduler.start();
  const took = performance.now() - from;
  const bytes = residentBytes(scheduler.pid);
  await scheduler.end();
  return { took, bytes };
}

const rig = openRig();
const product = builtProduct(rig, { schedulers: 1, env: { HEADGATE_SHUTDOWN_DELAY: '0s' } });
const [scheduler] = product.schedulers as [ProductProcess];
try {
  await installRoutes(rig);
  await product.install();
  const [node, help, starts, bytes]: number[][] = [[], [], [], []];
  for (let number = 0; number < times; number += 1) {
    node?.push(run('--eval', '0'));
    help?.push(run(BUILT_PROGRAM, '--help'));
    const start = await ready(scheduler);
    starts?.push(start.took);
    bytes?.push(start.bytes);
  }
  const measures = {
    node: median(node ?? []),
    help: median(help ?? []),
    scheduler: median(starts ?? []),
    bytes: median(bytes ?? []),
  };
  console.log(
    table([
      ['node --eval 0', ms(measures.node)],
      ['headgate --help', ms(measures.help)],
      ['scheduler, to ready', ms(measures.scheduler)],
      ['scheduler, memory', megabytes(measures.bytes)],
    ]),
  );
  deliver(values.json, measures);
} finally {
  await product.stop();
  await rig.close();
}
