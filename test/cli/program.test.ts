import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import t from 'tap';
import { calledAs, wordsOf } from '../../src/cli/io.ts';
import { ACTIONS } from '../../src/rollout/machine/commands/command-annotation.ts';
import { headgate } from './build.ts';

const usage: Record<string, [argv: string[], stderr: RegExp]> = {
  'no command': [[], /^Usage: headgate /],
  'an unknown command': [['statu', 'podinfo'], /unknown command 'statu'\n\(Did you mean status\?\)/],
  'an unknown option': [['get', '--al-namespaces'], /unknown option '--al-namespaces'/],
  'a missing name': [['abort'], /missing required argument 'name'/],
  'two names': [['pause', 'a', 'b'], /too many arguments/],
  'an unknown output': [['get', '-o', 'xml'], /Allowed choices are json, yaml, wide/],
  'a duration without a unit': [
    ['status', 'a', '--watch', '--timeout', '10'],
    /Write a duration, such as 90s, 10m or 1h/,
  ],
  'a time limit for nothing': [['status', 'a', '--timeout', '10s'], /--timeout goes with --watch/],
  'a name in all namespaces': [['get', 'a', '-A'], /give it with -n instead of -A/],
  'history of nothing': [['history'], /missing required argument 'name'/],
  'a list of one': [['list', 'podinfo'], /too many arguments/],
  'a shell that there is not': [['completion', 'tcsh'], /Allowed choices are bash, zsh, fish/],
  'validate without a file': [['validate'], /required option '-f, --filename <file>'/],
  'a kubeconfig that is not there': [
    ['get', '--kubeconfig', '/nowhere'],
    /no way into the Kubernetes API: .*\/nowhere/,
  ],
};

for (const [sentence, [argv, stderr]] of Object.entries(usage)) {
  void t.test(`ends with 2: ${sentence}`, async (t) => {
    const told = await headgate(argv);
    t.match(told.stderr, stderr);
    t.equal(told.stdout, '');
    t.equal(told.code, 2);
  });
}

void t.test('a context that there is not is named with its file', async (t) => {
  const dir = t.testdir({ config: 'apiVersion: v1\nkind: Config\nclusters: []\ncontexts: []\nusers: []\n' });
  const { stderr, code } = await headgate(['get', '--context', 'prod'], { env: { KUBECONFIG: `${dir}/config` } });
  t.match(stderr, /\/config has no context "prod"/);
  t.equal(code, 2);
});

void t.test('what shells ask for is in no help', async (t) => {
  t.notMatch((await headgate(['--help'])).stdout, /__complete/);
});

void t.test('completion is told how to be installed', async (t) => {
  t.match(
    (await headgate(['completion', '--help'])).stdout,
    /\.bashrc[^]*\.zshrc[^]*headgate\.fish[^]*kubectl_complete-headgate/,
  );
});

void t.test('help is what was asked for', async (t) => {
  const { stdout, code } = await headgate(['status', '--help']);
  t.match(stdout, /^Usage: headgate status [\s\S]*--kubeconfig[\s\S]*Exit codes:/);
  t.equal(code, 0);
});

void t.test('every command of a release has a place', async (t) => {
  const { stdout } = await headgate(['--help']);
  for (const action of ACTIONS) t.match(stdout, new RegExp(`^ {2}${action} `, 'm'));
});

void t.test('version', async (t) => {
  t.match(await headgate(['version']), { stdout: 'headgate 1.2.3\n', stderr: '', code: 0 });
});

/** Prints the names of what is loaded for a command in a process of its own. */
const LOADED = `
  import { registerHooks } from 'node:module';
  const loaded = [];
  registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context); } });
  const { run } = await import('./src/cli/program.ts');
  const output = { write: (text, written) => written?.() };
  await run(['version'], { stdout: output, stderr: output, env: {}, version: '', name: '', exit: () => {} });
  console.log(loaded.join('\\n'));`;

void t.test('a start loads nothing that only a cluster, or a file, needs', async (t) => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', LOADED]);
  t.match(stdout, /commander/);
  t.notMatch(stdout, /node_modules\/(@kubernetes|undici|yaml|@prometheus-io)\//);
});

void t.test('the program is named as it was called', async (t) => {
  t.equal(calledAs('/usr/local/bin/kubectl-headgate'), 'kubectl headgate');
  t.equal(calledAs('/usr/local/bin/headgate'), 'headgate');
  t.equal(calledAs('/app/dist/main.js'), 'headgate');
  t.equal(calledAs('/usr/local/bin/kubectl_complete-headgate'), 'kubectl headgate');
  t.equal(calledAs(undefined), 'headgate');
});

void t.test('under the name by which kubectl completes a plugin, all words are to be completed', async (t) => {
  t.strictSame(wordsOf(['node', '/usr/local/bin/kubectl_complete-headgate', 'get', '-o', '']), [
    '__complete',
    '--',
    'get',
    '-o',
    '',
  ]);
  t.strictSame(wordsOf(['node', '/usr/local/bin/headgate', 'get']), ['get']);
});
