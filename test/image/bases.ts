import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answerOf, run, succeeds } from './shell.ts';

const SUITE = 'bookworm';
const NPM = 'npm@11';
const AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt';
const PATH = '/usr/local/go/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin';

/** What a stand-in has beside Debian: directories and files of this machine, by their place in the image. */
interface Base {
  image: string;
  content: (dir: string) => Record<string, string>;
  command: string;
}

const BASES: readonly Base[] = [
  {
    image: 'docker.io/library/node:24-slim',
    content: (dir) => ({
      '/usr/local/bin/node': process.execPath,
      '/usr/local/lib/node_modules/npm': unpackedNpm(dir),
    }),
    command: 'ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && npm --version',
  },
  {
    image: 'docker.io/library/golang:1.26',
    content: () => ({ '/usr/local/go': answerOf('go', 'env', 'GOROOT') }),
    command: 'go version',
  },
];

/**
 * Makes the images that the Dockerfile begins with where they are not there and cannot be pulled: Debian by debootstrap, with
 * this machine's Node or Go. They are for this machine alone, and trust whom it trusts.
 */
export async function provideBases(): Promise<void> {
  for (const base of BASES) {
    if (succeeds('buildah', 'inspect', '--type=image', base.image)) continue;
    if (succeeds('timeout', '60', 'buildah', 'pull', base.image)) continue;
    process.stdout.write(`${base.image} cannot be pulled: it is made here\n`);
    await make(base);
  }
}

async function make({ image, content, command }: Base): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'headgate-base-'));
  try {
    const debian = join(dir, 'debian');
    await run('debootstrap', '--variant=minbase', SUITE, debian);
    const container = answerOf('buildah', 'from', 'scratch');
    answerOf('buildah', 'add', '--quiet', container, debian, '/');
    for (const [to, from] of Object.entries(content(dir))) answerOf('buildah', 'copy', '--quiet', container, from, to);
    answerOf('buildah', 'config', '--env', `PATH=${PATH}`, '--env', 'GOPATH=/go', container);
    if (existsSync(AUTHORITIES)) trust(container);
    await run('buildah', 'run', container, '--', 'sh', '-c', command);
    answerOf('buildah', 'commit', '--quiet', '--rm', container, image);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function trust(container: string): void {
  answerOf('buildah', 'copy', '--quiet', container, AUTHORITIES, AUTHORITIES);
  answerOf('buildah', 'config', '--env', `NODE_EXTRA_CA_CERTS=${AUTHORITIES}`, container);
}

function unpackedNpm(dir: string): string {
  const to = join(dir, 'package');
  const file = answerOf('npm', 'pack', NPM, '--silent', `--pack-destination=${dir}`);
  answerOf('tar', '-xzf', join(dir, file), '-C', dir);
  return to;
}
