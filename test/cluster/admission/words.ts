import type { Test } from 'tap';
import { bypassBrought, doubt } from '../../../src/admission/messages.ts';
import { BYPASS } from '../../../src/rollout/keys.ts';
import { doubtsOf } from '../../../src/rollout/spec/rules/doubts.ts';
import { rightCases, wrongCases } from '../../corpus/corpus.ts';
import type { Gate } from './subject.ts';

/** Wrong and right settings, through kubectl: all in one apply, which goes on after a refusal. */
export async function words(t: Test, { rig }: Gate): Promise<void> {
  const namespace = await rig.createNamespace('words');
  const apply = (cases: readonly { deployment: { metadata: object } }[], expectFail: boolean) => {
    const items = cases.map(({ deployment }) => inNamespace(deployment, namespace));
    const list = { apiVersion: 'v1', kind: 'List', items };
    return rig.kubectl(['-n', namespace, 'apply', '--dry-run=server', '-f', '-'], { input: list, expectFail });
  };

  t.test('every wrong set of annotations is refused at apply, with key, value and what would be right', async (t) => {
    const cases = wrongCases();
    const { stdout, stderr } = await apply(cases, true);
    t.equal(stdout, '', 'nothing is accepted');
    const [, ...refusals] = stderr.split(/^Error from server /m);
    t.equal(refusals.length, cases.length);
    for (const [index, { name, expect }] of cases.entries()) {
      const said = refusals[index] ?? '';
      for (const { key, value, says } of expect) {
        t.ok(said.includes(key) && said.includes(says), `${name}: ${key} says ${says}`, { said });
        if (value !== undefined) t.ok(said.includes(`${key} = ${value}`), `${name}: ${key} = ${value}`, { said });
      }
    }
  });

  t.test('every right set is accepted, with what is doubted in it, or does not count, and nothing else', async (t) => {
    const cases = rightCases();
    const { stdout, stderr } = await apply(cases, false);
    const doubts = new Set(cases.flatMap(({ deployment }) => doubtsOf(deployment).map(doubt)));
    t.ok(doubts.size > 0, 'the check itself has some');
    t.ok(cases.some(({ deployment: { metadata } }) => metadata.annotations?.[BYPASS] !== undefined));
    const warned = stderr.split('\n').filter((line) => line !== '');
    t.same(warned.toSorted(), [...doubts, bypassBrought()].map((text) => `Warning: ${text}`).toSorted());
    t.equal(stdout.match(/created \(server dry run\)/g)?.length, cases.length);
  });
}

const inNamespace = (deployment: { metadata: object }, namespace: string): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  ...deployment,
  metadata: { ...deployment.metadata, namespace },
});
