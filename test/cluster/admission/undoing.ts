import type { Test } from 'tap';
import { type Gate, Subject } from './subject.ts';

const undo = ['rollout', 'undo', 'deployment/podinfo'];

/** `rollout undo` restores every annotation of the old ReplicaSet. */
export async function undoing(t: Test, gate: Gate): Promise<void> {
  t.test('to a revision from before the enrolment: held, and the opt-in stays', async (t) => {
    const subject = await Subject.deployed(gate, 'undo-before');
    await subject.setImage('1.4.1');
    await subject.rolledOut();
    await subject.annotate('headgate.dev/canary=true', 'headgate.dev/interval=45s');
    const { stderr } = await subject.kubectl(undo);
    t.match(stderr, /is held/);
    t.match(stderr, /podinfo stays enrolled: removing headgate.dev\/canary does not count in a request that changes/);
    const { metadata, spec } = await subject.get();
    t.match(metadata.annotations, { 'headgate.dev/canary': 'true', 'headgate.dev/interval': '45s' });
    t.match(metadata.labels, { 'headgate.dev/enrolled': 'true' });
    t.equal(spec.paused, true);
    t.equal(await subject.tags(), '1.4.1');
  });

  t.test('to a revision from under a bypass: held, and the old bypass does not come back', async (t) => {
    const subject = await Subject.enrolled(gate, 'undo-bypass');
    await subject.annotate('headgate.dev/bypass=incident 7');
    t.match(
      (await subject.setImage('1.4.1')).stderr,
      /podinfo ships without analysis \(headgate.dev\/bypass: incident 7\)/,
    );
    await subject.rolledOut();
    t.equal(await subject.tags(), '1.4.1');
    // As the scheduler does once the roll-out is done.
    await gate.scheduler.patch(subject.path, { metadata: { annotations: { 'headgate.dev/bypass': null } } });
    await subject.setImage('1.5.0');
    await subject.lift();
    await subject.rolledOut();
    const { stderr } = await subject.kubectl(undo);
    t.match(stderr, /is held/);
    t.match(stderr, /headgate.dev\/bypass does not count in the request that brings it/);
    t.equal((await subject.get()).metadata.annotations['headgate.dev/bypass'], undefined);
    t.equal(await subject.tags(), '1.5.0');
  });

  t.test('break-glass: annotate, then change; while held it takes hold and pause away', async (t) => {
    const subject = await Subject.held(gate, 'bypass');
    const armed = await subject.annotate('headgate.dev/bypass=incident 42');
    t.match(armed.stderr, /to ship the held revision .* kubectl rollout resume deployment\/podinfo/);
    t.equal(await subject.tags(), '1.4.0', 'armed is not shipped');
    t.match((await subject.setImage('1.4.2')).stderr, /ships without analysis/);
    t.equal(await subject.held(), undefined);
    t.equal((await subject.get()).spec.paused, undefined);
    await subject.rolledOut();
    t.equal(await subject.tags(), '1.4.2');
  });

  t.test('break-glass by resume ships the held revision', async (t) => {
    const subject = await Subject.held(gate, 'bypass-resume');
    await subject.annotate('headgate.dev/bypass=incident 42');
    t.match((await subject.kubectl(['rollout', 'resume', 'deployment/podinfo'])).stderr, /ships without analysis/);
    await subject.rolledOut();
    t.equal(await subject.tags(), '1.4.1');
  });

  t.test('a bypass in the same apply as the change does not count', async (t) => {
    const subject = await Subject.enrolled(gate, 'bypass-once');
    const manifest = subject.manifest('1.4.1', (deployment) => {
      deployment.metadata.annotations = { 'headgate.dev/bypass': 'incident 1' };
    });
    const { stderr } = await subject.apply(manifest);
    t.match(stderr, /is held/);
    t.match(stderr, /does not count in the request that brings it/);
    t.equal(await subject.tags(), '1.4.0');
  });

  t.test('an opt-in of a Deployment that was paused with another template than it runs holds it', async (t) => {
    const subject = await Subject.deployed(gate, 'optin-paused');
    await subject.kubectl(['rollout', 'pause', 'deployment/podinfo']);
    await subject.setImage('1.4.1');
    await gate.rig
      .kubectl([
        '-n',
        subject.namespace,
        'wait',
        '--for=jsonpath={.status.updatedReplicas}=0',
        'deployment/podinfo',
        '--timeout=5s',
      ])
      .catch(() => undefined);
    t.match(
      (await subject.annotate('headgate.dev/canary=true')).stderr,
      /is held; it starts as podinfo-canary once you run/,
    );
    t.match(await subject.held(), { userPaused: true });
    await subject.kubectl(['rollout', 'resume', 'deployment/podinfo']);
    t.equal(await subject.tags(), '1.4.0');
  });
}
