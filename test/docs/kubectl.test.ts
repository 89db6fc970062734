import { globSync } from 'node:fs';
import t from 'tap';
import { alertProviderCrd } from '../../src/rollout/crd/alert-provider-crd.ts';
import { canaryCrd } from '../../src/rollout/crd/canary-crd.ts';
import { page, ROOT } from './pages.ts';

/**
 * Flagger's kinds have the same names as Headgate's, and kubectl finds them first where both are installed: every command
 * that a page or a message names has the whole name of a kind, or a short one.
 */
const PLACES = ['*.md', 'docs/**/*.md', 'manifests/**/*', 'src/**/*', 'test/demo/**/*'];
/** What Flagger's definitions are called: none of them has a short name. */
const FLAGGERS = ['canary', 'canaries', 'alertprovider', 'alertproviders', 'metrictemplate', 'metrictemplates'];

/** Commands of kubectl in a text. One in marks of code may go on in the next line. */
function commandsIn(text: string): string[] {
  const joined = text.replaceAll(/(?<!`)`[^`]+`(?!`)/g, (marked) => marked.replaceAll(/\s+/g, ' '));
  return [...joined.matchAll(/\bkubectl (?!headgate\b)[^`'";:)…\n]*/g)].map(([command]) => command);
}

/** The kinds that a command names by what is not Headgate's alone. */
const ambiguous = (command: string): string[] =>
  [...command.matchAll(/(?<=[\s,=])(\w+)(?=[\s,/]|$)/g)]
    .map(([, word = '']) => word)
    .filter((word) => FLAGGERS.includes(word));

void t.test('the check itself sees what kubectl would take for Flagger’s', async (t) => {
  const wrong = [
    'kubectl get canaries -A',
    'run `kubectl wait canary/podinfo --for=x`',
    '`kubectl\ndescribe canary NAME`',
    'kubectl -n demo get pods,canaries',
    'kubectl events --for canary/podinfo',
    'kubectl get alertproviders',
  ];
  for (const text of wrong) t.same(commandsIn(text).flatMap(ambiguous).length, 1, text);
  const right = [
    'kubectl get canaries.headgate.dev -A',
    'kubectl get hgc/podinfo',
    'kubectl annotate deployment/podinfo headgate.dev/canary=true',
    'kubectl delete service/podinfo-canary',
    'kubectl delete canary.flagger.app/podinfo',
    'kubectl apply -f examples/canary/',
    'after `kubectl rollout resume` the canary starts',
  ];
  for (const text of right) t.same(commandsIn(text).flatMap(ambiguous), [], text);
});

void t.test('every command names a kind that is Headgate’s alone', async (t) => {
  const files = globSync(PLACES, { cwd: ROOT, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => `${parentPath}/${name}`.slice(ROOT.length));
  const commands = paths.flatMap((path) => commandsIn(page(path)).map((command) => ({ path, command })));
  t.ok(commands.length > 50, `${commands.length} commands are looked at`);
  t.same(
    commands.filter(({ command }) => ambiguous(command).length > 0),
    [],
  );
});

void t.test('the short names are none of Flagger’s names', async (t) => {
  for (const definition of [canaryCrd(), alertProviderCrd()]) {
    const { shortNames } = (definition as { spec: { names: { shortNames: string[] } } }).spec.names;
    t.ok(shortNames.length > 0);
    t.same(
      shortNames.filter((name) => FLAGGERS.includes(name)),
      [],
    );
  }
});
