import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BuiltImage } from '../rig/agent/runtime.ts';
import { provideBases } from './bases.ts';
import { answerOf, run, succeeds } from './shell.ts';

/** Builds the images as the README says, and runs test/cluster/image with their containers on the rig. */
const ROOT = join(import.meta.dirname, '..', '..');
const PROGRAMS = ['buildah', 'debootstrap', 'runc'];
/** The targets of the Dockerfile, by the name under which a pod asks for them. */
const TARGETS = ['headgate', 'headgate-loadtester'] as const;

interface ImageConfig {
  OCIv1: { config: { Entrypoint?: string[]; Env?: string[]; User?: string } };
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

async function build(name: (typeof TARGETS)[number]): Promise<BuiltImage> {
  const target = name.replace('headgate-', '');
  const began = Date.now();
  await run(
    'buildah',
    'bud',
    '--quiet',
    '--network=host',
    '--layers',
    '--pull-never',
    `--target=${target}`,
    '--tag',
    name,
    ROOT,
  );
  const [{ size }] = JSON.parse(answerOf('buildah', 'images', '--json', name)) as [{ size: string }];
  const { config } = (JSON.parse(answerOf('buildah', 'inspect', '--type=image', name)) as ImageConfig).OCIv1;
  const container = answerOf('buildah', 'from', '--pull-never', name);
  const rootfs = answerOf('buildah', 'mount', container);
  const own = Number(answerOf('du', '-sb', join(rootfs, 'headgate')).split('\t')[0]);
  process.stdout.write(`${name}: ${size}, ${megabytes(own)} of them Headgate, built in ${Date.now() - began} ms\n`);
  return { container, rootfs, entrypoint: config.Entrypoint ?? [], env: config.Env ?? [], user: config.User ?? '0' };
}

const missing = PROGRAMS.filter((program) => !succeeds('which', program));
if (missing.length > 0) {
  process.stderr.write(
    `${missing.join(', ')}: not on this machine; on Debian: apt-get install buildah debootstrap runc\n`,
  );
  process.exit(2);
}
const dir = mkdtempSync(join(tmpdir(), 'headgate-images-'));
const images: Record<string, BuiltImage> = {};
try {
  await provideBases();
  for (const name of TARGETS) images[name] = await build(name);
  const file = join(dir, 'images.json');
  writeFileSync(file, JSON.stringify(images));
  const args = ['test/run.ts', 'cluster', 'test/cluster/image/'];
  const env = { ...process.env, HEADGATE_RIG_IMAGES: file };
  const test = spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit', env });
  const [code] = (await once(test, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
} finally {
  for (const { container } of Object.values(images)) answerOf('buildah', 'rm', container);
  rmSync(dir, { recursive: true });
}
