import type { Test } from 'tap';
import { waitFor } from '../../rig/rig.ts';
import { type Gate, Subject } from './subject.ts';

/** kubectl's commands, and what controllers do, while something is held. */
export async function commands(t: Test, gate: Gate): Promise<void> {
  t.test('annotating a running Deployment adds the label and restarts no pod', async (t) => {
    const subject = await Subject.deployed(gate, 'optin');
    const pods = await subject.pods();
    const { stderr } = await subject.annotate('headgate.dev/canary=true');
    t.match(stderr, /podinfo is enrolled/);
    t.match((await subject.get()).metadata.labels, { 'headgate.dev/enrolled': 'true' });
    await subject.rolledOut();
    t.same(await subject.pods(), pods);
  });

  t.test('set image, set env, set image: changes add up, the hold is replaced', async (t) => {
    const subject = await Subject.held(gate, 'adds-up');
    const first = await subject.held();
    const { stderr } = await subject.kubectl(['set', 'env', 'deployment/podinfo', 'COLOUR=blue']);
    const second = await subject.held();
    t.match(stderr, new RegExp(`revision ${first.revision} is given up for ${second.revision}`));
    t.match((await subject.get()).spec.template.spec.containers[0], {
      image: 'podinfo:1.4.1',
      env: [{ value: 'blue' }],
    });
    await subject.setImage('1.5.0');
    t.not((await subject.held()).revision, second.revision);
    t.match((await subject.get()).spec.template.spec.containers[0], {
      image: 'podinfo:1.5.0',
      env: [{ value: 'blue' }],
    });
    t.equal(await subject.tags(), '1.4.0');
  });

  t.test('scaled, a pod deleted, scaled to zero and back: the running version every time', async (t) => {
    const subject = await Subject.held(gate, 'scale', { replicas: 2 });
    const scale = (count: number) => subject.kubectl(['scale', 'deployment/podinfo', `--replicas=${count}`]);
    t.equal((await scale(3)).stderr, '');
    await subject.runs(3, '1.4.0');
    await subject.kubectl(['delete', 'pod', '--wait=false', ...(await podNames(gate, subject)).slice(0, 1)]);
    await subject.runs(3, '1.4.0');
    await scale(0);
    await subject.runs(0, '1.4.0');
    await scale(2);
    await subject.runs(2, '1.4.0');
  });

  t.test('rollout status waits for the verdict', async (t) => {
    const subject = await Subject.held(gate, 'waits');
    const before = await gate.rig.kubectl(
      ['-n', subject.namespace, 'rollout', 'status', 'deployment/podinfo', '--timeout=2s'],
      { expectFail: true },
    );
    t.match(
      before.stdout,
      /Waiting for deployment "podinfo" rollout to finish: 0 out of 1 new replicas have been updated/,
    );
    const waiting = subject.kubectl(['rollout', 'status', 'deployment/podinfo', '--timeout=60s']);
    await subject.lift();
    t.match((await waiting).stdout, /successfully rolled out/);
    t.equal(await subject.tags(), '1.4.1');
  });

  t.test('a user’s resume stays paused and says why; a restart is refused by kubectl itself, or waits', async (t) => {
    const subject = await Subject.held(gate, 'resume');
    const { stderr } = await subject.kubectl(['rollout', 'resume', 'deployment/podinfo']);
    t.match(stderr, /podinfo stays paused until revision/);
    t.equal((await subject.get()).spec.paused, true);
    const refused = await subject.refused((options) =>
      subject.kubectl(['rollout', 'restart', 'deployment/podinfo'], options),
    );
    t.match(refused, /paused/);
    const restart = {
      spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': 'now' } } } },
    };
    t.match((await subject.merge(restart)).stderr, /does nothing while revision .* is held/);
    t.equal(await subject.tags(), '1.4.0');
  });

  t.test('the pause of its user is remembered, and ends by resume', async (t) => {
    const subject = await Subject.enrolled(gate, 'paused');
    await subject.kubectl(['rollout', 'pause', 'deployment/podinfo']);
    t.match((await subject.setImage('1.4.1')).stderr, /starts as podinfo-canary once you run: kubectl rollout resume/);
    t.match(await subject.held(), { userPaused: true });
    t.match(
      (await subject.kubectl(['rollout', 'resume', 'deployment/podinfo'])).stderr,
      /now runs as podinfo-canary first/,
    );
    t.equal((await subject.held()).userPaused, undefined);
    t.equal((await subject.get()).spec.paused, true);
  });

  t.test('a restart while nothing is held is a restart', async (t) => {
    const subject = await Subject.enrolled(gate, 'restart');
    const [before] = await subject.pods();
    await subject.kubectl(['rollout', 'restart', 'deployment/podinfo']);
    await subject.rolledOut();
    await waitFor('another pod', async () => (await subject.pods()).every(({ uid }) => uid !== before?.uid));
    t.equal(await subject.held(), undefined);
    t.equal(await subject.tags(), '1.4.0');
  });
}

async function podNames(gate: Gate, { namespace }: Subject): Promise<string[]> {
  const pods = await gate.rig.api.list(`/api/v1/namespaces/${namespace}/pods`);
  return pods.map(({ metadata }) => metadata.name);
}
