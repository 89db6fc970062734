import t from 'tap';
import { loadHookRules } from '../../src/hooks/settings.ts';

void t.test('without a list only Services of the own namespace may be called', async (t) => {
  t.strictSame(loadHookRules({}), { allowed: [], clusterDomain: 'cluster.local' });
  t.ok(Object.isFrozen(loadHookRules({}).allowed));
});

void t.test('entries have commas, space or lines between them', async (t) => {
  const { allowed } = loadHookRules({ HEADGATE_HOOKS_ALLOW: 'a.b, *.c\nhttps://*.example.com:*  http://10.0.0.1' });
  t.match(allowed, [
    { kind: 'service', name: 'a', namespace: 'b' },
    { kind: 'service', name: '*', namespace: 'c' },
    { kind: 'host', scheme: 'https:', host: '*.example.com', port: '*' },
    { kind: 'network', scheme: 'http:', port: 80 },
  ]);
});

const WRONG: Record<string, [entry: string, why: string]> = {
  'a name alone': ['tester', 'is no SERVICE.NAMESPACE'],
  'a Service in a long form': ['tester.test.svc', 'is no SERVICE.NAMESPACE'],
  'a Service with a port': ['tester.test:80', 'is no SERVICE.NAMESPACE'],
  'a Service in capitals': ['Tester.test', 'has characters that no Service or namespace has in its name'],
  'a pattern in a name': ['load*.test', 'has characters'],
  'a Service as a URL': ['http://tester.test.svc', 'is in the cluster: write SERVICE.NAMESPACE'],
  'a Service as a whole URL': ['https://tester.test.svc.cluster.local', 'is in the cluster'],
  'all that is in the cluster as a URL': ['http://*.cluster.local', 'is in the cluster'],
  'another scheme': ['ftp://ci.example.com', 'is no http:// or https:// and a host'],
  'a path': ['https://ci.example.com/hooks', 'has a path; drop it'],
  'a slash': ['https://ci.example.com/', 'has a slash at its end; drop it'],
  'every host': ['https://*', 'has no DNS name as its host'],
  'a pattern inside of a name': ['https://a.*.example.com', 'has no DNS name as its host'],
  'a port that does not exist': ['https://ci.example.com:70000', 'has a port that does not exist'],
  'a network that does not exist': ['http://10.0.0.0/33', 'has no such network as 10.0.0.0/33'],
  'an address that does not exist': ['http://10.0.0.256', 'has no such network as 10.0.0.256/32'],
  'an address that is never called': ['http://169.254.169.254', 'is a link-local address, which is never called'],
};

for (const [sentence, [entry, why]] of Object.entries(WRONG)) {
  void t.test(`${sentence} is refused with why`, async (t) => {
    const message = `HEADGATE_HOOKS_ALLOW="${entry}": wanted entries such as loadtester.test, `;
    t.throws(() => loadHookRules({ HEADGATE_HOOKS_ALLOW: entry }), { code: 'CONFIG_INVALID', message });
    t.throws(() => loadHookRules({ HEADGATE_HOOKS_ALLOW: entry }), { message: `"${entry}" ${why}` });
  });
}

void t.test('a password in a wrong entry is not printed', async (t) => {
  const env = { HEADGATE_HOOKS_ALLOW: 'https://me:secret@ci.example.com' };
  const message =
    /^ *HEADGATE_HOOKS_ALLOW="https:\/\/\*\*\*@ci.example.com": wanted .*, without a user or a password$/m;
  t.throws(() => loadHookRules(env), { message });
  t.throws(() => loadHookRules(env), { message: /^(?!.*secret)/s });
});

void t.test('all that is wrong is said at once', async (t) => {
  const entries = Object.values(WRONG).map(([entry]) => entry);
  const env = { HEADGATE_HOOKS_ALLOW: ['a.b', ...entries].join(), HEADGATE_CLUSTER_DOMAIN: 'Cluster.' };
  try {
    loadHookRules(env);
    t.fail('it is refused');
  } catch (error) {
    const { message } = error as Error;
    for (const [entry, why] of Object.values(WRONG)) t.ok(message.includes(`"${entry}" ${why}`), entry);
    t.match(message, 'HEADGATE_CLUSTER_DOMAIN="Cluster.": wanted the domain of the cluster, such as cluster.local');
    t.notMatch(message, '"a.b"');
  }
});
