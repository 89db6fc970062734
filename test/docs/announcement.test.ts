import t from 'tap';
import { commandsOf, fences } from './console.ts';
import { page } from './pages.ts';

const TEXT = page('docs/announcement.md');
const LINES = TEXT.split('\n');

void t.test('what no test runs says so, and why', async (t) => {
  const blocks = fences(TEXT).filter(({ language }) => language === 'sh');
  t.equal(blocks.length, 1, 'and is the exception');
  for (const { line } of blocks) t.match(LINES[line - 4], /^Not run here, as .+:$/, `the block at line ${line}`);
});

void t.test('everything else has a language that says what becomes of it', async (t) => {
  const languages = new Set(fences(TEXT).map(({ language }) => language));
  t.strictSame([...languages].toSorted(), ['console', 'sh', 'text', 'yaml']);
});

/** What the announcement does, each by the command that does it in Headgate. */
const STEPS: Readonly<Record<string, RegExp>> = {
  'installs, and tells Slack': /^helm upgrade --install headgate [^]*--set slack\.url=/,
  'opens a gateway': /^kubectl apply -f public-gateway\.yaml/,
  'makes a namespace with sidecars': /^kubectl label namespace test istio-injection=enabled/,
  'deploys an app and its autoscaler': /podinfo\.yaml -f \S+autoscaler\.yaml$/,
  'deploys a load tester': /load-tester\/$/,
  'makes a Canary': /^kubectl apply -f podinfo-canary\.yaml/,
  'opens the app': /^curl .*http:\/\/podinfo\.example\.com/,
  'changes the image': /^kubectl -n test set image /,
  'describes the Canary': /^kubectl -n test describe hgc podinfo/,
  'watches all Canaries': /^kubectl get canaries\.headgate\.dev --all-namespaces --watch/,
  'generates errors': /status\/500/,
  'generates latency': /delay\/1/,
  'changes a ConfigMap': /^kubectl -n test patch configmap /,
};

for (const [what, pattern] of Object.entries(STEPS)) {
  void t.test(`it ${what}`, async (t) => {
    t.ok(
      commandsOf(TEXT).some(({ command }) => pattern.test(command)),
      String(pattern),
    );
  });
}
