import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { type ChildOptions, runChild, type TaskResult } from '../../src/loadtester/child.ts';
import { lives, onceWritten, until } from './tester.ts';

const directory = mkdtempSync(join(tmpdir(), 'headgate-child-'));
t.teardown(() => rmSync(directory, { recursive: true }));

interface Run extends Partial<ChildOptions> {
  file?: string;
  timeoutMs?: number;
}

const run = (
  code: string,
  { file = process.execPath, timeoutMs = 10_000, ...options }: Run = {},
): Promise<TaskResult> =>
  runChild(
    { type: 'acceptance', canary: 'test/a', program: 'node', file, args: ['-e', code], timeoutMs, logOutput: false },
    { environment: { ONLY: 'this' }, outputBytes: 4_096, signal: new AbortController().signal, ...options },
  );

const cases: Record<string, [code: string, outcome: object, options?: Run]> = {
  'a command that ends well': ['', { ending: 'passed', how: 'exit code 0', output: '' }],
  'one that fails, with both of its outputs': [
    'process.stdout.write("out "); process.stderr.write("err"); process.exitCode = 3',
    { ending: 'failed', how: 'exit code 3', output: /out|err/ },
  ],
  'one that a signal ends': ['process.kill(process.pid, "SIGSEGV")', { ending: 'failed', how: 'ended by SIGSEGV' }],
  'one that takes too long': [
    'setInterval(() => undefined, 1e6); console.log("so far")',
    { ending: 'late', how: 'did not end within 3s', output: 'so far\n' },
    { timeoutMs: 3_000 },
  ],
  'one that does not listen to SIGTERM': [
    'process.on("SIGTERM", () => console.log("no")); setInterval(() => undefined, 1e6)',
    { ending: 'late', output: 'no\n' },
    { timeoutMs: 3_000 },
  ],
  'one that cannot be started': [
    '',
    { ending: 'unstartable', how: /ENOENT/, output: '' },
    { file: '/no/such/program' },
  ],
  'one that is no program': ['', { ending: 'unstartable', how: /EACCES/ }, { file: directory }],
  'one that nobody wants before it begins': [
    'console.log("never")',
    { ending: 'ended', how: 'gone', output: '' },
    { signal: AbortSignal.abort('gone') },
  ],
  'it sees its environment and nothing else': [
    'console.log(JSON.stringify(Object.keys(process.env)), process.env.ONLY)',
    { output: '["ONLY"] this\n' },
  ],
  'it has no input to wait for': ['process.stdin.resume().on("end", () => console.log("end"))', { output: 'end\n' }],
  'it is in no directory of ours': ['console.log(process.cwd())', { output: '/tmp\n' }],
  'of much output the end is kept': [
    'process.stdout.write("x".repeat(1e6) + "the end")',
    { ending: 'passed', output: /^… 995911 bytes before this are left out\nx+the end$/ },
  ],
};

for (const [sentence, [code, outcome, options]] of Object.entries(cases)) {
  void t.test(sentence, async (t) => {
    const result = await run(code, options);
    t.match(result, outcome);
    t.ok(result.seconds < 8, `in ${result.seconds} s`);
  });
}

/** Starts a program that writes its process id to a file and stays. */
const staying = (file: string, more = ''): string => {
  const inner = `require("fs").writeFileSync(${JSON.stringify(file)}, String(process.pid)); ${more}; setInterval(() => undefined, 1e6)`;
  return `require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(inner)}], {stdio: "inherit"})`;
};
/** Ends a program once the one that it started has written its process id. */
const goingOnce = (file: string): string => onceWritten(file, 'process.exit(0)');
const pidIn = (file: string): number => {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
};
const stops: Record<string, (file: string) => Promise<TaskResult>> = {
  'by its time limit': (file) => run(staying(file), { timeoutMs: 4_000 }),
  'because nobody wants it any more': async (file) => {
    const wanted = new AbortController();
    const outcome = run(staying(file), { signal: wanted.signal });
    await until(() => pidIn(file) > 0);
    wanted.abort('the caller is gone');
    return outcome;
  },
  'by itself, leaving it behind': (file) => run(`${staying(file)}; ${goingOnce(file)}`),
  'though it does not listen to SIGTERM': (file) =>
    run(staying(file, 'process.on("SIGTERM", () => 0)'), { timeoutMs: 4_000 }),
};

for (const [how, stop] of Object.entries(stops)) {
  void t.test(`what a command started ends with it: ${how}`, async (t) => {
    const file = join(directory, how.replaceAll(' ', '-'));
    const began = Date.now();
    const outcome = await stop(file);
    const pid = pidIn(file);
    t.ok(pid > 0, 'it ran');
    await until(() => !lives(pid));
    t.match(outcome.ending, /late|ended|passed/);
    t.ok(Date.now() - began < 10_000, `after ${Date.now() - began} ms`);
  });
}

void t.test('what has left the group does not hold up the end', async (t) => {
  const file = join(directory, 'left');
  const code = staying(file).replace('{stdio: "inherit"}', '{stdio: "inherit", detached: true}');
  const outcome = await run(`${code}.unref(); ${goingOnce(file)}`);
  t.match(outcome, { ending: 'passed' });
  t.ok(outcome.seconds < 8, `in ${outcome.seconds} s`);
  process.kill(pidIn(file), 'SIGKILL');
});
