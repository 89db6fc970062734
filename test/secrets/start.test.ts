import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { loadCredentials } from '../../src/cluster/credentials.ts';
import { loadConfig } from '../../src/config.ts';
import { loadHookRules } from '../../src/hooks/settings.ts';
import { loadAlertSettings } from '../../src/notify/settings.ts';
import { readAnnotations } from '../../src/rollout/spec/annotations/annotations.ts';
import { explain } from '../../src/rollout/spec/wording/explain.ts';
import { annotated, deployment } from '../build.ts';
import { hasNone, MAIN, NASTY, refusalOf } from './nasty.ts';

/** Ways to write a user and a password into a URL, right and wrong ones. */
const FORMS: Record<string, (secret: string, scheme: string) => string> = {
  'in a URL': (secret, scheme) => `${scheme}://gate:${secret}@server.example.com:4444`,
  'without a user': (secret, scheme) => `${scheme}://:${secret}@server.example.com:4444`,
  'with a path': (secret, scheme) => `${scheme}://gate:${secret}@server.example.com:4444/2/`,
  'in a URL of another scheme': (secret) => `ldap://gate:${secret}@server.example.com`,
  'with a port that does not exist': (secret, scheme) => `${scheme}://gate:${secret}@server.example.com:99999`,
  'without a scheme': (secret) => `gate:${secret}@server.example.com:4444`,
};

const LOADERS: Record<string, [scheme: string, load: (env: Record<string, string>) => unknown]> = {
  HEADGATE_REDIS_URL: ['redis', loadConfig],
  HEADGATE_METRICS_SERVER: ['https', loadConfig],
  HEADGATE_HOOKS_ALLOW: ['https', loadHookRules],
  HEADGATE_ALERTS_PROXY: ['http', loadAlertSettings],
  HEADGATE_SLACK_URL: ['https', loadAlertSettings],
  HEADGATE_ALERTS_WEBHOOK_URL: ['https', loadAlertSettings],
};

for (const [variable, [scheme, load]] of Object.entries(LOADERS)) {
  void t.test(`${variable}: no refusal shows a password`, async (t) => {
    const refusals: string[] = [];
    for (const [what, secret] of Object.entries(NASTY)) {
      for (const [form, write] of Object.entries(FORMS)) {
        const refusal = refusalOf(() => load({ [variable]: write(secret, scheme) }));
        hasNone(t, refusal, secret, `${variable} ${form} with ${what}`);
        refusals.push(refusal);
      }
    }
    t.ok(
      refusals.some((refusal) => refusal.includes(variable)),
      'some of them are refused, by its name',
    );
  });
}

/** Characters that would be read as something else, or as nothing. */
const AMBIGUOUS = ['digits and a slash, as a port and a path', 'a percent sign that is no escape'];

for (const [server, variable, scheme] of [
  ['REDIS', 'HEADGATE_REDIS_URL', 'redis'],
  ['METRICS', 'HEADGATE_METRICS_SERVER', 'http'],
] as const) {
  void t.test(
    `${variable}: a password that would be misread is refused, with the variable that takes it`,
    async (t) => {
      for (const what of AMBIGUOUS) {
        const refusal = refusalOf(() =>
          loadConfig({ [variable]: `${scheme}://gate:${NASTY[what]}@server.example.com` }),
        );
        t.match(refusal, `${variable}="${scheme}://***@server.example.com": wanted`, what);
        t.match(refusal, `HEADGATE_${server}_USERNAME and HEADGATE_${server}_PASSWORD, as they are`, what);
      }
    },
  );

  void t.test(`HEADGATE_${server}_PASSWORD takes every password as it is`, async (t) => {
    for (const secret of Object.values(NASTY)) {
      const { redisUrl, metricsLogin } = loadConfig({ [`HEADGATE_${server}_PASSWORD`]: secret });
      const read = server === 'REDIS' ? decodeURIComponent(new URL(redisUrl).password) : metricsLogin?.password;
      t.equal(read, secret);
    }
  });
}

void t.test('what is known of the metrics server has no password in it', async (t) => {
  const { metricsServer, metricsLogin } = loadConfig({
    HEADGATE_METRICS_SERVER: 'https://gate:s%2Fcret@metrics/prom/',
  });
  t.equal(metricsServer, 'https://metrics/prom');
  t.same(metricsLogin, { username: 'gate', password: 's/cret' });
});

void t.test('a hook with a password in its URL is refused without it', async (t) => {
  for (const [what, secret] of Object.entries(NASTY)) {
    for (const [form, write] of Object.entries(FORMS)) {
      const hooks = JSON.stringify([{ name: 'load', url: write(secret, 'http') }]);
      const annotations = { 'headgate.dev/canary': 'true', 'headgate.dev/webhooks': hooks };
      const reading = readAnnotations(deployment('1.0', annotated(annotations)));
      if (reading.optedIn !== 'true') throw new Error('it is not opted in');
      // What is taken for a host, a port and a path is shown nowhere.
      if (reading.outcome.ok) t.equal(new URL(write(secret, 'http')).hostname, 'gate', what);
      else hasNone(t, explain(reading.outcome.problems), secret, `a hook ${form} with ${what}`);
    }
  }
});

void t.test(
  'a kubeconfig with a password in its server is refused without it, and with the place for it',
  async (t) => {
    const dir = mkdtempSync(join(tmpdir(), 'headgate-secrets-'));
    t.teardown(() => rmSync(dir, { recursive: true }));
    const file = join(dir, 'config');
    for (const [what, secret] of Object.entries(NASTY)) {
      const cluster = { server: `https://gate:${secret}@api.example.com` };
      const context = { cluster: 'c', user: 'u' };
      const config = { clusters: [{ name: 'c', cluster }], users: [{ name: 'u', user: {} }] };
      writeFileSync(file, JSON.stringify({ ...config, contexts: [{ name: 'x', context }], 'current-context': 'x' }));
      const refusal = await loadCredentials({ kubeconfig: file }).then(() => '', String);
      t.match(refusal, 'write them under users, as username and password');
      hasNone(t, refusal, secret, `a kubeconfig with ${what}`);
      writeFileSync(file, `users:\n- {user: {token: ${JSON.stringify(secret)}\n  : [`);
      hasNone(
        t,
        await loadCredentials({ kubeconfig: file }).then(() => '', String),
        secret,
        'a kubeconfig that is no YAML',
      );
    }
  },
);

const run = promisify(execFile);

/** All that a process says before it gives up. */
async function lastWords(command: string, env: Record<string, string>): Promise<string> {
  const ended = run(process.execPath, [MAIN, command], { env: { PATH: process.env['PATH'], ...env }, timeout: 60_000 });
  return ended.then(
    () => '',
    ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr,
  );
}

const COMMANDS: Record<string, [command: string, env: (secret: string) => Record<string, string>]> = {
  'a scheduler whose Redis is no URL': [
    'scheduler',
    (secret) => ({ HEADGATE_REDIS_URL: `redis://gate:${secret}/@redis:6379` }),
  ],
  'a webhook whose Redis is no URL': ['webhook', (secret) => ({ HEADGATE_REDIS_URL: `redis//gate:${secret}@redis` })],
  'a scheduler without a cluster': [
    'scheduler',
    (secret) => ({
      HEADGATE_REDIS_PASSWORD: secret,
      HEADGATE_METRICS_PASSWORD: secret,
      HTTPS_PROXY: `http://gate:${encodeURIComponent(secret)}@proxy.example.com:3128`,
      KUBECONFIG: '/nowhere',
    }),
  ],
};

for (const [what, [command, env]] of Object.entries(COMMANDS)) {
  void t.test(`${what} ends without showing its password`, async (t) => {
    const secret = NASTY['base64 with a slash'] ?? '';
    const words = await lastWords(command, env(secret));
    t.match(words, /^headgate: /m);
    hasNone(t, words, secret, what);
  });
}
