import { execFile, spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { headgate } from '../build.ts';

const MAIN = join(import.meta.dirname, '../../../src/main.ts');

const scriptOf = async (shell: string): Promise<string> => (await headgate(['completion', shell])).stdout;

const dir = t.testdir({
  bash: await scriptOf('bash'),
  zsh: await scriptOf('zsh'),
  fish: await scriptOf('fish'),
  headgate: `#!/bin/sh\nexec ${process.execPath} ${MAIN} "$@"\n`,
  'kubectl_complete-headgate': t.fixture('symlink', MAIN),
  files: { 'first.yaml': '', 'second.yaml': '' },
  config: `
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: u, user: {}}]
contexts: [{name: "arn:aws:eks/one", context: {cluster: c, user: u}}]
current-context: "arn:aws:eks/one"
`,
});
chmodSync(join(dir, 'headgate'), 0o755);
const env = { ...process.env, PATH: `${dir}:${process.env['PATH']}`, KUBECONFIG: join(dir, 'config') };

/** Outside of a shell's own completion, what it calls stands in: it prints what it was given. */
const BASH = `
source ./bash
complete -p headgate kubectl-headgate >/dev/null || exit 1
compopt() { compgen -f -- "\${COMP_LINE##* }"; }
COMP_LINE=$1 COMP_POINT=\${#1}
_headgate && printf '%s\\n' "\${COMPREPLY[@]}"`;
const ZSH = `
compdef() { :; }
_describe() { print -l -- "\${(P@)2}"; }
_files() { print -l -- $PREFIX*; }
source ./zsh
words=(\${(z)1}) PREFIX=\${1##* }
[[ $PREFIX == '' ]] && words+=('')
CURRENT=\${#words} _headgate; true`;
const FISH = 'source ./fish; complete -C "$argv[1]"';

const SHELLS: Record<string, readonly string[]> = {
  bash: ['--norc', '-c', BASH, 'bash'],
  zsh: ['-f', '-c', ZSH, 'zsh'],
  fish: ['--no-config', '-c', FISH],
};

/** The values that a shell offers for a line with the cursor at its end. */
async function offered(shell: string, line: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(shell, [...(SHELLS[shell] ?? []), line], { env, cwd: dir });
  const values = stdout.split('\n').map((text) => text.replace(/(?:\t|(?<!\\):).*/, '').replaceAll('\\:', ':'));
  return values.filter((value) => value !== '').toSorted();
}

const LINES: Record<string, [line: string, wanted: string[]]> = {
  'a command': ['headgate ge', ['get']],
  'a value': ['headgate get -o ', ['json', 'wide', 'yaml']],
  files: ['headgate validate -f files/f', ['files/first.yaml']],
};

for (const shell of Object.keys(SHELLS)) {
  const absent = spawnSync(shell, ['--version']).error !== undefined && `there is no ${shell} here`;
  for (const [sentence, [line, wanted]] of Object.entries(LINES)) {
    void t.test(`${shell} completes ${sentence}`, { skip: absent }, async (t) => {
      t.strictSame(await offered(shell, line), wanted);
    });
  }
}

const PARTS: Record<string, [line: string, wanted: string]> = {
  'after an equals sign': ['headgate get --output=j', 'json'],
  'after a colon': ['headgate get --context=arn:', 'aws:eks/one'],
};

for (const [sentence, [line, wanted]] of Object.entries(PARTS)) {
  void t.test(`bash gets the part ${sentence}, which is what it replaces`, async (t) => {
    const { stdout } = await promisify(execFile)('bash', [...(SHELLS['bash'] ?? []), line], { env, cwd: dir });
    t.equal(stdout, `${wanted}\n`);
  });
}

void t.test('a cluster that cannot be asked is passed over in silence', async (t) => {
  const { stdout, stderr } = await promisify(execFile)(join(dir, 'headgate'), ['__complete', '--', 'get', ''], { env });
  t.strictSame([stdout, stderr], [':4\n', '']);
});

void t.test('kubectl asks under another name, and gets its own form', async (t) => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(dir, 'kubectl_complete-headgate'), 'get', '-o', ''],
    {
      env,
    },
  );
  t.equal(stdout, 'json\nyaml\nwide\n:4\n');
});
