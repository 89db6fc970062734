import type { Test } from 'tap';
import { HELD } from '../../../src/rollout/keys.ts';
import type { Json, KubeObject } from '../../rig/rig.ts';
import { type Gate, Subject } from './subject.ts';

const SSA = ['--server-side', '--field-manager=flux'];
const env = (deployment: Json): void => {
  deployment.spec.template.spec.containers[0].env = [{ name: 'COLOUR', value: 'blue' }];
};

/** Manifests applied in every way there is, with 1.4.0 running. */
export async function applying(t: Test, gate: Gate): Promise<void> {
  t.test(
    'server-side apply of the next version: spec next, paused, held; pods as before; one ReplicaSet',
    async (t) => {
      const subject = await Subject.enrolled(gate, 'ssa', { flags: SSA });
      const { stderr } = await subject.apply(subject.manifest('1.4.1'), SSA);
      t.match(stderr, /Warning: headgate: revision [0-9a-f]{10} is held and runs as podinfo-canary first; watch: /);
      const { spec, metadata } = await subject.get();
      t.match(spec, { paused: true, template: { spec: { containers: [{ image: 'podinfo:1.4.1' }] } } });
      t.match(await subject.held(), { revision: /^[0-9a-f]{10}$/, by: 'rig-admin' });
      t.match(metadata.labels, { 'headgate.dev/enrolled': 'true' });
      t.equal(await subject.tags(), '1.4.0');
      t.equal((await subject.replicaSets()).length, 1);
      const before = await subject.resourceVersion();
      for (const round of [1, 2, 3]) {
        t.equal((await subject.apply(subject.manifest('1.4.1'), SSA)).stderr, '', `apply ${round} says nothing`);
        t.equal(await subject.resourceVersion(), before);
      }
      await subject.kubectl(['diff', '--server-side', '--field-manager=flux', '-f', '-'], {
        input: subject.manifest('1.4.1'),
      });
    },
  );

  t.test('client-side apply of the next version, again, diff, and of the running one', async (t) => {
    const subject = await Subject.enrolled(gate, 'csa');
    const [pod] = await subject.pods();
    t.match(await subject.apply(subject.manifest('1.4.1')), { stdout: /configured/, stderr: /is held/ });
    t.match(await subject.apply(subject.manifest('1.4.1')), { stdout: /unchanged/, stderr: '' });
    await subject.kubectl(['diff', '-f', '-'], { input: subject.manifest('1.4.1') });
    const before = await subject.held();
    t.match(await subject.apply(subject.manifest('1.4.0')), {
      stderr: new RegExp(`revision ${before.revision} is given up`),
    });
    // What the scheduler does with a hold on what runs already.
    await subject.lift();
    await subject.rolledOut();
    t.same(await subject.pods(), [pod], 'the same pod');
    t.equal((await subject.replicaSets()).length, 1);
  });

  t.test('the pattern of Flux: a dry run, and an apply only where it differs', async (t) => {
    const subject = await Subject.enrolled(gate, 'flux', { flags: SSA });
    const applies = async (manifest: KubeObject): Promise<boolean> => {
      const live = await subject.get();
      const query = '?fieldManager=flux&force=true';
      const dry: Json = await gate.rig.api.patch(`${subject.path}${query}&dryRun=All`, manifest, 'apply');
      const drifts = essence(dry) !== essence(live);
      if (drifts) await gate.rig.api.patch(`${subject.path}${query}`, manifest, 'apply');
      return drifts;
    };
    const next = subject.manifest('1.4.1');
    t.same(
      [await applies(next), await applies(next), await applies(next)],
      [true, false, false],
      'the image, three times',
    );
    t.match(await subject.held(), { by: 'rig-admin' });
    t.same(
      [await applies(subject.manifest('1.4.0')), await applies(subject.manifest('1.4.0'))],
      [true, false],
      'and back',
    );
    t.same(
      [await applies(subject.manifest('1.4.0', env)), await applies(subject.manifest('1.4.0', env))],
      [true, false],
      'an added variable',
    );
    t.equal(await applies(subject.manifest('1.4.0')), true, 'the variable away again');
    t.equal((await subject.get()).spec.template.spec.containers[0].env, undefined);
    const ports = (deployment: Json): void => {
      delete deployment.spec.template.spec.containers[0].readinessProbe;
    };
    t.equal(await applies(subject.manifest('1.4.0', ports)), true, 'a removed field');
    t.equal(await applies(subject.manifest('1.4.0')), true, 'and that back');
    t.equal(await subject.tags(), '1.4.0');
    t.equal((await subject.replicaSets()).length, 1);
  });

  t.test('replace with a manifest that knows neither held nor paused: both are put back', async (t) => {
    const subject = await Subject.held(gate, 'replace');
    const held = await subject.held();
    const manifest = subject.manifest('1.4.1', (deployment) => {
      deployment.metadata.annotations = { 'headgate.dev/canary': 'true' };
    });
    const { stderr } = await subject.kubectl(['replace', '-f', '-'], { input: manifest });
    t.match(stderr, /stays paused until revision/);
    t.match(stderr, /headgate.dev\/held, headgate.dev\/enrolled are Headgate's own and were put back/);
    t.same(await subject.held(), held);
    t.equal((await subject.get()).spec.paused, true);
    t.equal(await subject.tags(), '1.4.0');
  });

  t.test('a failed revision applied again in every way stays failed', async (t) => {
    const subject = await Subject.held(gate, 'failed');
    const { metadata } = await subject.get();
    const held = JSON.parse(metadata.annotations[HELD]);
    const text = JSON.stringify({ ...held, verdict: 'failed', reason: 'success rate 91 %' });
    const path = '/metadata/annotations/headgate.dev~1held';
    await gate.scheduler.patch(subject.path, [{ op: 'replace', path, value: text }], 'json');
    const manifest = subject.manifest('1.4.1', (deployment) => {
      deployment.metadata.annotations = { 'headgate.dev/canary': 'true' };
    });
    for (let round = 0; round < 3; round++) {
      await subject.apply(manifest);
      await subject.apply(manifest, ['--server-side', '--force-conflicts']);
      await subject.kubectl(['replace', '-f', '-'], { input: manifest });
      t.equal((await subject.get()).metadata.annotations[HELD], text, `round ${round}`);
    }
    t.equal(await subject.tags(), '1.4.0');
  });
}

/** What Flux compares: labels, annotations and everything but metadata and status. */
function essence(object: Json): string {
  const { labels, annotations } = object.metadata;
  return JSON.stringify([labels, annotations, { ...object, metadata: undefined, status: undefined }]);
}
