import type { Test } from 'tap';
import { HELD } from '../../../src/rollout/keys.ts';
import { type Gate, Subject } from './subject.ts';

/** Headgate's own state, and others who change it. */
export async function tampering(t: Test, gate: Gate): Promise<void> {
  t.test('paused: false is put back', async (t) => {
    const subject = await Subject.held(gate, 'unpause');
    t.match((await subject.merge({ spec: { paused: false } })).stderr, /stays paused/);
    t.equal((await subject.get()).spec.paused, true);
    t.equal(await subject.tags(), '1.4.0');
  });

  t.test('a dropped held is put back, and so are rolling and the label', async (t) => {
    const subject = await Subject.held(gate, 'drop');
    const held = await subject.held();
    t.match(
      (await subject.annotate('headgate.dev/held-')).stderr,
      /headgate.dev\/held is Headgate's own and was put back/,
    );
    t.match(
      (await subject.annotate('--overwrite', 'headgate.dev/held={}', 'headgate.dev/rolling={}')).stderr,
      /put back/,
    );
    const { stderr } = await subject.kubectl(['label', 'deployment/podinfo', 'headgate.dev/enrolled-']);
    t.match(stderr, /headgate.dev\/enrolled is Headgate's own and was put back/);
    const { metadata } = await subject.get();
    t.same(await subject.held(), held);
    t.equal(metadata.annotations['headgate.dev/rolling'], undefined);
    t.equal(metadata.labels['headgate.dev/enrolled'], 'true');
  });

  t.test('held, opt-in, bypass or settings through status are refused', async (t) => {
    const subject = await Subject.held(gate, 'status');
    const fresh = await Subject.deployed(gate, 'status-fresh');
    for (const key of ['held', 'bypass', 'interval', 'canary', 'rolling']) {
      const patch = JSON.stringify({ metadata: { annotations: { [`headgate.dev/${key}`]: 'x' } } });
      const write = (options: object) =>
        subject.kubectl(['patch', 'deployment/podinfo', '--subresource=status', '--type=merge', '-p', patch], options);
      t.match(
        await subject.refused(write),
        /headgate: .*(through the status subresource|by Headgate alone|only Headgate lifts it)/,
        key,
      );
    }
    const patch = JSON.stringify({ metadata: { annotations: { 'headgate.dev/canary': 'true' } } });
    const write = (options: object) =>
      fresh.kubectl(['patch', 'deployment/podinfo', '--subresource=status', '--type=merge', '-p', patch], options);
    t.match(await fresh.refused(write), /through the status subresource/);
  });

  t.test('an opt-out while held is refused with what to do first, and passes when nothing is held', async (t) => {
    const subject = await Subject.held(gate, 'optout');
    const out = (options: object) =>
      subject.kubectl(['annotate', 'deployment/podinfo', 'headgate.dev/canary-'], options);
    t.match(
      await subject.refused(out),
      /podinfo cannot leave while a revision is held: promote it \(kubectl headgate promote/,
    );
    await subject.lift();
    await subject.rolledOut();
    await out({});
    t.equal((await subject.get()).metadata.labels['headgate.dev/enrolled'], undefined);
    t.equal((await subject.setImage('1.5.0')).stderr, '');
  });

  t.test('state that is forged before the opt-in counts for nothing', async (t) => {
    const subject = await Subject.deployed(gate, 'forged');
    await subject.annotate(
      'headgate.dev/held={"revision":"x","by":"eve"}',
      'headgate.dev/rolling={"from":"a","to":"b"}',
    );
    await subject.annotate('headgate.dev/canary=true');
    const { metadata } = await subject.get();
    t.equal(metadata.annotations[HELD], undefined);
    t.equal(metadata.annotations['headgate.dev/rolling'], undefined);
  });

  t.test('only true and canary/<name> opt in', async (t) => {
    const subject = await Subject.deployed(gate, 'words');
    for (const word of ['', 'false', 'True', 'canary/', 'podinfo']) {
      const call = (options: object) =>
        subject.kubectl(['annotate', 'deployment/podinfo', `headgate.dev/canary=${word}`], options);
      t.match(await subject.refused(call), /headgate.dev\/canary = /, word);
    }
    await subject.annotate('headgate.dev/canary=canary/web');
    t.match((await subject.get()).metadata.labels, { 'headgate.dev/enrolled': 'true' });
  });

  t.test('what comes from a backup taken while held gets pods', async (t) => {
    const subject = await Subject.held(gate, 'backup');
    const { metadata, spec } = await subject.get();
    await subject.kubectl(['delete', 'deployment/podinfo']);
    const { name, namespace, labels, annotations } = metadata;
    const backup = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace, labels, annotations },
      spec,
    };
    const { stderr } = await subject.kubectl(['create', '-f', '-'], { input: backup });
    t.match(stderr, /came with the object and was dropped with its pause/);
    await subject.runs(1, '1.4.1');
  });
}
