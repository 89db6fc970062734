import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { controllerDefinitions, definitions } from '../rig/binaries/definitions.ts';
import { controlPlane, forBench } from '../rig/binaries/programs.ts';
import { findPrograms } from '../rig/binaries.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** Makes what the jobs run, once and before them all: a rig has no network, and nothing is built while something is measured. */
export async function prepare(): Promise<void> {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: 'inherit' });
  await findPrograms([...controlPlane, ...forBench]);
  await Promise.all([definitions(), controllerDefinitions('flagger'), controllerDefinitions('argo-rollouts')]);
}
