import t from 'tap';
import { loadSettings } from '../../src/loadtester/settings.ts';

const defaults = {
  host: '0.0.0.0',
  port: 8080,
  programs: ['hey', 'curl', 'grpc_health_probe'],
  path: '/usr/local/bin:/usr/bin:/bin',
  timeoutMs: 600_000,
  maxTimeoutMs: 3_600_000,
  outputBytes: 16_384,
  concurrency: 16,
  queueLimit: 64,
  graceMs: 15_000,
  tokenScope: 'all',
  gates: true,
};

const right: Record<string, [env: Record<string, string>, changed: object]> = {
  'an empty environment gives the defaults': [{}, {}],
  'programs by name and by path, each once': [
    { HEADGATE_LOADTESTER_PROGRAMS: 'hey, wrk,/opt/k6/bin/k6,hey' },
    { programs: ['hey', 'wrk', '/opt/k6/bin/k6'] },
  ],
  'a load tester for gates alone': [
    { HEADGATE_LOADTESTER_PROGRAMS: 'none', HEADGATE_LOADTESTER_TOKEN: 's3cret' },
    { programs: [], token: 's3cret' },
  ],
  'one without gates': [{ HEADGATE_LOADTESTER_GATES: 'off' }, { gates: false }],
  'a Service link in place of the port is not a port': [{ HEADGATE_LOADTESTER_PORT: 'tcp://10.96.11.12:80' }, {}],
  'programs are looked for where this process looks': [{ PATH: '/opt/bin' }, { path: '/opt/bin' }],
};

for (const [sentence, [env, changed]] of Object.entries(right)) {
  void t.test(sentence, async (t) => {
    t.strictSame(loadSettings(env), { ...defaults, ...changed });
  });
}

const wrong: Record<string, [variable: string, value: string, wanted: RegExp]> = {
  'a shell on the list': ['PROGRAMS', 'hey,bash', /none of them a shell/],
  'a shell by its path': ['PROGRAMS', '/bin/sh', /none of them a shell/],
  'a program that runs others': ['PROGRAMS', 'xargs', /none of them a shell/],
  'a program by a relative path': ['PROGRAMS', './hey', /absolute paths/],
  'a command line in the list': ['PROGRAMS', 'hey -z', /names of programs/],
  'an empty place in the list': ['PROGRAMS', 'hey,,curl', /names of programs/],
  'a time limit without a unit': ['TIMEOUT', '10', /a duration such as/],
  'a time limit of days': ['MAX_TIMEOUT', '25h', /at least 1s, at most 24h/],
  'a longest time below the usual one': ['MAX_TIMEOUT', '1m', /wanted at least the usual one, 10m/],
  'no output': ['OUTPUT_BYTES', '0', /from 256 to 1048576/],
  'nothing at a time': ['CONCURRENCY', '0', /from 1 to 1000/],
  'a grace that is longer than a pod has': ['GRACE', '1m', /at most 25s/],
  'a scope that is not one': ['TOKEN_SCOPE', 'none', /one of all, gates/],
  'half a gate': ['GATES', 'yes', /one of on, off/],
};

for (const [sentence, [variable, value, wanted]] of Object.entries(wrong)) {
  void t.test(`${sentence} is refused with what would be right`, async (t) => {
    const env = { [`HEADGATE_LOADTESTER_${variable}`]: value };
    t.throws(() => loadSettings(env), { code: 'CONFIG_INVALID', message: wanted });
  });
}

void t.test('nobody can change them, and no error prints the token', async (t) => {
  t.ok(Object.isFrozen(loadSettings({})));
  try {
    loadSettings({ HEADGATE_LOADTESTER_TOKEN: 's3cret', HEADGATE_LOADTESTER_GATES: '?' });
    t.fail('it is refused');
  } catch (error) {
    t.notMatch((error as Error).message, 's3cret');
  }
});
