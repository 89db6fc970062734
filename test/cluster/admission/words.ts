import type { Test } from 'tap';
import { rightCases, wrongCases } from '../../corpus/corpus.ts';
import type { Gate } from './subject.ts';

/** Wrong and right settings, through kubectl. */
export async function words(t: Test, { rig }: Gate): Promise<void> {
  const namespace = await rig.createNamespace('words');
  const apply = async (deployment: object, expectFail: boolean): Promise<string> => {
    const args = ['-n', namespace, 'apply', '--dry-run=server', '-f', '-'];
    return (await rig.kubectl(args, { input: deployment, expectFail })).stderr;
  };

  t.test('every wrong set of annotations is refused at apply, with key, value and what would be right', async (t) => {
    for (const { name, deployment, expect } of wrongCases()) {
      const said = await apply(inNamespace(deployment, namespace), true);
      for (const { key, value, says } of expect) {
        t.ok(said.includes(key) && said.includes(says), `${name}: ${key} says ${says}`, { said });
        if (value !== undefined) t.ok(said.includes(`${key} = ${value}`), `${name}: ${key} = ${value}`, { said });
      }
    }
  });

  t.test('every right set is accepted', async (t) => {
    for (const { name, deployment } of rightCases()) {
      t.equal(await apply(inNamespace(deployment, namespace), false), '', name);
    }
  });
}

const inNamespace = (deployment: { metadata: object }, namespace: string): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  ...deployment,
  metadata: { ...deployment.metadata, namespace },
});
