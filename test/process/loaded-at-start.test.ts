import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';

/**
 * What a process loads when it starts stays in its memory, whether it is used or not, and takes the time of its start. This
 * holds by what is counted which packages are not among it.
 */
const SOURCE = new URL('../../src/', import.meta.url);

/** Prints which packages are asked for while a file of the source is loaded; `@kubernetes/client-node/dist/…` is a file of one. */
const COLLECT = `
  import { registerHooks } from 'node:module';
  const asked = new Set();
  registerHooks({ resolve: (name, context, next) => (asked.add(name), next(name, context)) });
  await import(process.argv[1]);
  console.log(JSON.stringify([...asked].filter((name) => !/^(node:|file:|[./])/.test(name))));
`;

async function askedBy(file: string): Promise<string[]> {
  const path = fileURLToPath(new URL(file, SOURCE));
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', COLLECT, path]);
  return JSON.parse(stdout) as string[];
}

/** What few installations need, or one process alone. */
const NOT_AT_START: Readonly<Record<string, readonly string[]>> = {
  'run-scheduler.ts': [
    '@kubernetes/client-node',
    'axios',
    '@smithy/signature-v4',
    '@aws-crypto/sha256-js',
    'jose',
    '@opentelemetry/sdk-trace',
    '@peculiar/x509',
    'commander',
    'fast-json-patch',
  ],
  'run-webhook.ts': [
    '@kubernetes/client-node',
    'axios',
    '@smithy/signature-v4',
    'jose',
    '@opentelemetry/sdk-trace',
    '@peculiar/x509',
  ],
  'cli/program.ts': ['@kubernetes/client-node', 'undici', 'bullmq', 'ioredis', 'fastify', 'axios'],
};

for (const [file, packages] of Object.entries(NOT_AT_START)) {
  void t.test(`what ${file} does not load`, async (t) => {
    const asked = await askedBy(file);
    t.ok(asked.length > 0, `${asked.length} are loaded`);
    t.same(
      packages.filter((name) => asked.includes(name)),
      [],
    );
  });
}
