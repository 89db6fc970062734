import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRig, type Rig } from '../rig/rig.ts';
import { Lines } from './lines.ts';
import { Live } from './live.ts';
import type { View } from './model.ts';
import { HOST, Story } from './story.ts';
import { summary } from './summary.ts';

/** The demo as it runs in the rig. With `--keep=FILE` it stays up, and says so by writing the file. */
const keepFile = process.argv.find((word) => word.startsWith('--keep='))?.slice('--keep='.length);

/** Requests per second while it stays up. */
const KEPT_RPS = 20;

const rig = openRig();
const view: View = process.stdout.isTTY
  ? new Live(process.stdout, process.env)
  : new Lines((text) => process.stdout.write(text));
const story = new Story(rig, view);
const told = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
});

try {
  const end = await Promise.race([story.tell().then(() => 'told' as const), told]);
  const total = await story.total();
  view.close();
  if (end === 'told') {
    for (const line of summary(story.outcomes, total)) process.stdout.write(`${line}\n`);
    process.exitCode = story.outcomes.every(({ problems }) => problems.length === 0) ? 0 : 1;
    if (keepFile !== undefined) await keep(rig, keepFile);
  } else process.exitCode = 130;
} catch (error) {
  view.close();
  process.stderr.write(`headgate demo: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await story.stop();
  await rig.close();
}
// A story that was cut short may still wait for something.
process.exit();

/** Stays until told to end, with traffic to judge by. The commands of the CLI are put beside kubectl, as its plugin. */
async function keep({ gateway, file: { bin, kubeconfig } }: Rig, ready: string): Promise<void> {
  const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts');
  for (const name of ['headgate', 'kubectl-headgate']) {
    const path = join(bin, name);
    writeFileSync(path, `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
    chmodSync(path, 0o755);
  }
  writeFileSync(ready, JSON.stringify({ bin, kubeconfig, rigFile: process.env['HEADGATE_RIG'] ?? '' }));
  const traffic = setInterval(() => void gateway.request({ host: HOST }).catch(() => undefined), 1_000 / KEPT_RPS);
  await told;
  clearInterval(traffic);
}
