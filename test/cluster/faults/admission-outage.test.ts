import t from 'tap';
import { Product } from '../../rig/product.ts';
import { type KubectlOptions, openRig, waitFor } from '../../rig/rig.ts';
import { repairs } from '../admission/repairs.ts';
import { Subject } from '../admission/subject.ts';

/** Admission while the webhook, or its configuration, is away. The rows follow one another on one rig. */
const rig = openRig();
// One that ends goes on answering until its Service is without it: kubectl needs seconds on a busy machine to say so.
const product = new Product(rig, { schedulers: 0, env: { HEADGATE_SHUTDOWN_DELAY: '5s' } });
await product.start();
const token = await rig.token('headgate', 'headgate-scheduler');
const gate = { rig, scheduler: rig.client({ userAgent: 'headgate-scheduler/test', token }) };
t.setTimeout(280_000);
t.teardown(async () => {
  await product.stop();
  await rig.close();
});

const CONFIGURATION = 'mutatingwebhookconfiguration/headgate';
const restart = { spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': 'now' } } } } };

t.test('one webhook ends, and begins again, under load: no request fails', async (t) => {
  const subject = await Subject.enrolled(gate, 'ending');
  const [first, second] = product.webhooks;
  if (!first || !second) throw new Error('two webhooks are wanted');
  let going = true;
  let admitted = 0;
  const load = async (): Promise<void> => {
    for (let round = 0; going; round++) {
      const patch = { metadata: { annotations: { 'headgate.dev/interval': `${30 + (round % 9)}s` } } };
      await rig.api.patch(subject.path, patch);
      admitted++;
    }
  };
  const clients = Promise.all([load(), load()]);
  await waitFor('requests', () => admitted > 20);
  const ended = first.end();
  await product.publish([second]);
  await ended;
  const without = admitted;
  await waitFor('requests through the other one', () => admitted > without + 20);
  await first.start();
  await product.publish();
  const again = admitted;
  await waitFor('requests through both', () => admitted > again + 20);
  going = false;
  await clients;
  t.pass(`${admitted} requests, none failed`);
});

t.test('no webhook while held: what it has no say in passes, what it would have judged is refused', async (t) => {
  const subject = await Subject.held(gate, 'away', { replicas: 2 });
  const other = await Subject.deployed(gate, 'away-other');
  await product.publish([]);
  await waitFor('the API server to miss the webhook', () =>
    subject.merge({ spec: { paused: false } }, { expectFail: true }),
  );
  await subject.kubectl(['label', 'deployment/podinfo', 'team=a']);
  await subject.merge({ spec: { replicas: 3 } });
  await subject.runs(3, '1.4.0');
  await subject.kubectl(['scale', 'deployment/podinfo', '--replicas=1']);
  await subject.runs(1, '1.4.0');
  t.equal((await subject.get()).status.replicas, 1, 'the controller writes its status');
  await subject.annotate('example.com/ticket=1');
  for (const change of [
    (options: KubectlOptions) => subject.setImage('1.5.0', options),
    (options: KubectlOptions) => subject.kubectl(['rollout', 'resume', 'deployment/podinfo'], options),
    (options: KubectlOptions) => subject.kubectl(['annotate', 'deployment/podinfo', 'headgate.dev/canary-'], options),
    (options: KubectlOptions) => subject.kubectl(['label', 'deployment/podinfo', 'headgate.dev/enrolled-'], options),
  ]) {
    t.match(await subject.refused(change), /failed calling webhook "updates.headgate.dev"/);
  }
  await other.setImage('1.4.1');
  await other.rolledOut();
  t.equal(await other.tags(), '1.4.1', 'what is not enrolled is rolled out');
  const created = subject.manifest('1.4.0', ({ metadata }) => {
    metadata.name = 'created';
    metadata.annotations = { 'headgate.dev/canary': 'true' };
  });
  await subject.kubectl(['create', '-f', '-'], { input: created });
  await subject.kubectl(['delete', 'deployment/created']);
  await subject.lift();
  await subject.rolledOut();
  t.equal(await subject.tags(), '1.4.1', 'the scheduler opens the gate without the webhook');
  await subject.kubectl(['delete', 'deployment/podinfo']);
  await product.publish();
});

t.test('what is spoilt of certificate and configuration is put right', async (t) => repairs(t, gate));

t.test('the webhook taken out of the way and its configuration deleted: the policy refuses', async (t) => {
  const subject = await Subject.held(gate, 'policy-only');
  const open = await Subject.enrolled(gate, 'policy-open');
  const { stdout } = await rig.kubectl(['get', CONFIGURATION, '-o', 'json']);
  await Promise.all(product.webhooks.map((webhook) => webhook.end()));
  await rig.kubectl(['delete', CONFIGURATION]);
  const forgotten = async () =>
    !(await open.setImage('1.4.1', { expectFail: true })).stderr.includes('failed calling webhook');
  await waitFor('the API server to forget the webhook', forgotten);
  const word =
    (on: Subject, ...words: string[]) =>
    (options: KubectlOptions) =>
      on.kubectl(['annotate', '--overwrite', 'deployment/podinfo', ...words], options);
  const refusals: Record<string, [(options: KubectlOptions) => ReturnType<Subject['kubectl']>, RegExp]> = {
    'set image': [
      (options) => open.setImage('1.4.1', options),
      /changes only while it is held \(is the webhook configuration missing, or does another webhook change templates after Headgate's\?\)/,
    ],
    'paused away': [(options) => subject.merge({ spec: { paused: null } }, options), /only Headgate lifts it/],
    'held away': [word(subject, 'headgate.dev/held-'), /only Headgate lifts it/],
    'held, paused and template': [
      (options) =>
        subject.merge(
          { metadata: { annotations: { 'headgate.dev/held': null } }, spec: { paused: null, minReadySeconds: 1 } },
          options,
        ),
      /only Headgate lifts it/,
    ],
    'opt-out while held': [word(subject, 'headgate.dev/canary-'), /no opt-out while a revision is held/],
    'opt-out while held, and resume': [
      (options) =>
        subject.merge(
          {
            metadata: { annotations: { 'headgate.dev/canary': null, 'headgate.dev/held': null } },
            spec: { paused: null },
          },
          options,
        ),
      /only Headgate lifts it|no opt-out/,
    ],
    'another text of held': [word(subject, 'headgate.dev/held={}'), /held is written by Headgate alone/],
    'a forged held': [word(open, 'headgate.dev/held={"revision":"x","by":"eve"}'), /held is written by Headgate alone/],
    'a forged rolling': [word(open, 'headgate.dev/rolling={}'), /rolling is written by Headgate alone/],
    'a bypass that was never spent': [word(open, 'headgate.dev/bypass-spent=x'), /bypass-spent is written by Headgate/],
    'a bypass in the name of another': [
      word(open, 'headgate.dev/bypass=x', 'headgate.dev/bypass-by=eve'),
      /bypass-by says who wrote headgate.dev\/bypass.* take it away in the same write/,
    ],
    'a beginning without a bypass': [word(open, 'headgate.dev/bypass-at=x'), /bypass-at is written by Headgate alone/],
    'the label away': [
      (options) => open.kubectl(['label', 'deployment/podinfo', 'headgate.dev/enrolled-'], options),
      /the label headgate.dev\/enrolled stays/,
    ],
    'another word': [word(open, 'headgate.dev/canary=yes'), /is "true" or "canary\/<name>"/],
    'a bypass with the change': [
      (options) =>
        open.merge(
          {
            metadata: { annotations: { 'headgate.dev/bypass': 'x' } },
            spec: { template: { spec: { terminationGracePeriodSeconds: 2 } } },
          },
          options,
        ),
      /changes only while it is held/,
    ],
  };
  for (const [sentence, [call, message]] of Object.entries(refusals))
    t.match(await call({ expectFail: true }).then(({ stderr }) => stderr), message, sentence);
  t.equal(await subject.tags(), '1.4.0');
  await open.merge(restart);
  await open.rolledOut();
  t.equal(await open.tags(), '1.4.0', 'a restart passes');
  await open.annotate('headgate.dev/bypass=incident 42');
  await open.setImage('1.4.1');
  await open.rolledOut();
  t.equal(await open.tags(), '1.4.1', 'a bypass in two steps ships');
  await gate.scheduler.patch(open.path, {
    metadata: { annotations: { 'headgate.dev/bypass-spent': 'x\nincident 42' } },
  });
  t.match(
    (await open.setImage('1.4.2', { expectFail: true })).stderr,
    /changes only while it is held/,
    'one whose text was removed before does not',
  );
  await subject.annotate('headgate.dev/bypass=incident 42');
  await subject.merge({ metadata: { annotations: { 'headgate.dev/held': null } }, spec: { paused: null } });
  await subject.rolledOut();
  t.equal(await subject.tags(), '1.4.1', 'also out of a hold');
  await open.annotate('headgate.dev/canary-');
  const { apiVersion, kind, metadata, webhooks } = JSON.parse(stdout);
  await rig.kubectl(['create', '-f', '-'], {
    input: { apiVersion, kind, metadata: { name: metadata.name }, webhooks },
  });
});
