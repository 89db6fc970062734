import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { bundle, ROOT } from '../../build/bundle.ts';

/** As in the image: the manifest and the bundle, and no packages near them. */
const dir = mkdtempSync(join(tmpdir(), 'headgate-bundle-'));
t.teardown(() => rmSync(dir, { recursive: true }));
const dist = join(dir, 'dist');
cpSync(join(ROOT, 'package.json'), join(dir, 'package.json'));
await bundle(dist);
const files = readdirSync(dist).filter((file) => file.endsWith('.js'));
const textOf = (file: string): string => readFileSync(join(dist, file), 'utf8');

async function node(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: dir });
  return stdout;
}

t.test('it has all commands, and knows its version', async (t) => {
  const [program, source] = [join(dist, 'main.js'), join(ROOT, 'src', 'main.ts')];
  t.equal(await node(program, '--help'), await node(source, '--help'));
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  t.match(await node(program, 'version'), version);
});

t.test('a file is judged by it as by the source', async (t) => {
  const judge = (program: string): Promise<string> =>
    node(program, 'validate', '--filename', join(ROOT, 'manifests', 'examples'));
  t.equal(await judge(join(dist, 'main.js')), await judge(join(ROOT, 'src', 'main.ts')));
});

t.test('each of its files loads', async (t) => {
  // The program is left out: loaded, it runs.
  const others = files.filter((file) => file !== 'main.js').map((file) => join(dist, file));
  const load = `for (const file of process.argv.slice(1)) await import(file); process.stdout.write('all')`;
  t.equal(await node('--input-type=module', '--eval', load, ...others), 'all');
});

t.test('what is loaded late has files of its own', async (t) => {
  for (const late of ['run-scheduler', 'run-webhook', 'run-loadtester', 'issue', 'axios', 'otlp-tracing'])
    t.equal(files.filter((file) => file.startsWith(`${late}-`)).length, 1, late);
});

t.test('its text is small in memory, and a stack can be read', async (t) => {
  for (const file of files.filter((name) => /^(main|run-|chunk-)/.test(name)))
    t.notMatch(textOf(file), /[^\p{ASCII}]/u, `${file} has one byte a letter`);
  const [scheduler = ''] = files.filter((file) => file.startsWith('run-scheduler-'));
  t.match(textOf(scheduler), /^\/\/ src\/run-scheduler\.ts$/m, 'where a part is from');
  t.match(textOf(scheduler), /^async function runScheduler\(/m, 'the names of the source');
});

t.test('the terms of its packages are with it', async (t) => {
  const notices = textOf('NOTICES.txt');
  for (const name of ['axios', 'bullmq', 'undici', 'zod', '@peculiar/x509', '@kubernetes/client-node', 'tslib'])
    t.match(notices, new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(`, 'm'), name);
  t.match(notices, 'Permission is hereby granted, free of charge');
  t.match(notices, 'Apache License');
});
