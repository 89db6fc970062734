import t from 'tap';
import { commandsOf, filesOf } from './console.ts';
import { isAsTold, normalised } from './output.ts';

const PAGE = `
\`\`\`console
$ kubectl get pods \\
    --all-namespaces
NAME   AGE
$ kubectl get pods --watch
one
^C
\`\`\`

\`\`\`yaml
# app.yaml
kind: Deployment
\`\`\`

\`\`\`yaml
kind: Service
\`\`\`

\`\`\`sh
helm uninstall app
\`\`\`
`;

void t.test('commands are read with what they print, in their order', async (t) => {
  t.same(commandsOf(PAGE), [
    {
      command: 'kubectl get pods \\\n    --all-namespaces',
      prints: ['NAME   AGE'],
      untilInterrupted: false,
      line: 3,
    },
    { command: 'kubectl get pods --watch', prints: ['one'], untilInterrupted: true, line: 6 },
  ]);
});

void t.test('a block that begins with output is a mistake', async (t) => {
  t.throws(() => commandsOf('```console\nNAME\n```'), /line 2 does not begin with a command/);
});

void t.test('files are those that have a name', async (t) => {
  t.same(filesOf(PAGE), [{ name: 'app.yaml', text: '# app.yaml\nkind: Deployment\n' }]);
});

const SAME: Readonly<Record<string, [string, string]>> = {
  'an age': ['podinfo   2/2   8s', 'podinfo   2/2   2m31s'],
  'a revision': ['revision b7e674b58c is held', 'revision 161ceea02e is held'],
  'a pod': ['Pod podinfo-7d4b9c6f5-8xk2p  ready', 'Pod podinfo-5f6d8b7c4-m2vhn  ready'],
  'a time': ['2026-11-28T22:59:09Z  Failed', '2027-01-01T00:00:00.123Z  Failed'],
  'Helm’s time': ['LAST DEPLOYED: Sat Nov 28 22:59:09 2026', 'LAST DEPLOYED: Mon Dec  7 02:09:09 2026'],
  'an address': ['podinfo  ClusterIP  10.96.0.12', 'podinfo  ClusterIP  10.100.200.3'],
  'the width of a column': ['NAME      STATUS', 'NAME   STATUS'],
  'a figure': ['request-success-rate is 45.2%, at least 99%', 'request-success-rate is 0%, at least 99%'],
};

for (const [what, [one, other]] of Object.entries(SAME)) {
  void t.test(`${what} is no difference`, async (t) => t.equal(normalised(one), normalised(other)));
}

const DIFFERENT: Readonly<Record<string, [string, string]>> = {
  'a weight': ['Progressing   20   2/5', 'Progressing   30   2/5'],
  'a phase': ['podinfo  Failed  0', 'podinfo  Succeeded  0'],
  'a bound': ['request-success-rate is 45.2%, at least 99%', 'request-success-rate is 45.2%, at least 95%'],
  'a size': ['podinfo   2/2   8s', 'podinfo   1/2   8s'],
  'a version': ['podinfo:6.7.1', 'podinfo:6.7.2'],
  'a canary': ['podinfo-canary-7d4b9c6f5-8xk2p', 'podinfo-7d4b9c6f5-8xk2p'],
};

for (const [what, [one, other]] of Object.entries(DIFFERENT)) {
  void t.test(`${what} is one`, async (t) => t.not(normalised(one), normalised(other)));
}

void t.test('every line that is printed has to be on the page, and the other way round', async (t) => {
  t.ok(isAsTold(['a', '', 'b'], ['a', 'b', '']), 'but for empty ones');
  t.notOk(isAsTold(['a'], ['a', 'b']));
  t.notOk(isAsTold(['a', 'b'], ['a']));
  t.notOk(isAsTold(['b', 'a'], ['a', 'b']));
  t.notOk(isAsTold([], ['a']));
});

void t.test('what the page leaves out may be anything', async (t) => {
  t.ok(isAsTold(['a', '…', 'd'], ['a', 'b', 'c', 'd']));
  t.ok(isAsTold(['a', '…', 'd'], ['a', 'd']));
  t.notOk(isAsTold(['a', '…', 'd'], ['a', 'b']));
  t.ok(isAsTold(['watch: …, and wait'], ['watch: kubectl get pods, and wait']));
  t.notOk(isAsTold(['watch: …, and wait'], ['watch: kubectl get pods']));
});

void t.test('among many lines those of the page have their order', async (t) => {
  t.ok(isAsTold(['a', 'c'], ['a', 'b', 'c', 'd'], true));
  t.notOk(isAsTold(['c', 'a'], ['a', 'b', 'c', 'd'], true));
});
