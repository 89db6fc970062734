import { execFileSync } from 'node:child_process';
import { podRange, serviceRange } from './addresses.ts';

/** Makes every pod and service address local to this network namespace, so that any process can bind it. */
export function setUpNetwork(): void {
  execFileSync('ip', ['link', 'set', 'lo', 'up']);
  for (const range of [podRange, serviceRange]) execFileSync('ip', ['route', 'add', 'local', range, 'dev', 'lo']);
}
