import { readFileSync } from 'node:fs';
import type { Test } from 'tap';
import { type Json, waitFor } from '../../rig/rig.ts';
import { type Gate, Subject } from './subject.ts';

/** Names of Headgate's webhooks that the API server called for requests of a namespace, oldest first. */
function calls({ rig }: Gate, namespace: string): string[] {
  const lines = readFileSync(rig.file.auditLog, 'utf8')
    .split('\n')
    .filter((line) => line.includes(`"${namespace}"`));
  const events: Json[] = lines.map((line) => JSON.parse(line)).filter(({ stage }) => stage === 'ResponseComplete');
  const texts = events.flatMap(({ annotations = {} }) =>
    Object.entries(annotations as Record<string, string>).filter(([key]) => key.startsWith('mutation.webhook.')),
  );
  return texts
    .map(([, text]) => JSON.parse(text))
    .filter(({ configuration }) => configuration === 'headgate')
    .map(({ webhook }) => webhook);
}

/** Who is not asked, and how much it takes. */
export async function quiet(t: Test, gate: Gate): Promise<void> {
  t.test('edits that Headgate has no say in do not come to the webhook, held or not', async (t) => {
    const subject = await Subject.enrolled(gate, 'quiet');
    const other = await Subject.deployed(gate, 'quiet-other');
    await other.setImage('1.4.1');
    const unrelated = async (replicas: number): Promise<void> => {
      await subject.kubectl(['scale', 'deployment/podinfo', `--replicas=${replicas}`]);
      await subject.kubectl(['label', '--overwrite', 'deployment/podinfo', `team=t${replicas}`]);
      await subject.annotate('--overwrite', `example.com/ticket=${replicas}`);
      await subject.merge({ spec: { replicas: replicas + 1 } });
      await subject.runs(replicas + 1, '1.4.0');
    };
    await unrelated(1);
    t.same(await settled(gate, subject), ['updates.headgate.dev'], 'the opt-in alone');
    await subject.setImage('1.4.1');
    await unrelated(2);
    t.same(await settled(gate, subject), ['updates.headgate.dev', 'updates.headgate.dev'], 'and the new version');
    // Moves the annotation last-applied-configuration along.
    const manifest = subject.manifest('1.4.1', ({ spec }) => {
      spec.replicas = 2;
    });
    await subject.apply(manifest);
    t.equal((await settled(gate, subject)).length, 2, 'client-side apply of other replicas');
    t.same(calls(gate, other.namespace), [], 'nothing of a Deployment that is not enrolled');
  });

  t.test('a pod template of 726 KB is held within every limit', async (t) => {
    const subject = await Subject.deployed(gate, 'big');
    const big = bigDeployment(subject);
    const collection = subject.path.replace(/\/podinfo$/, '');
    await gate.rig.api.create(collection, big);
    const size = Buffer.byteLength(JSON.stringify(big.spec.template));
    t.ok(size > 700_000, `${size} bytes`);
    const value = { op: 'replace', path: '/spec/template/spec/containers/39/env/199/value', value: 'other' };
    // A machine that does much else at the time may need longer than the webhook is given: then it is asked again.
    const held: Json = await waitFor('the big template to be held', () =>
      gate.rig.api.patch(`${collection}/big`, [value], 'json'),
    );
    t.match(held.metadata.annotations['headgate.dev/held'], /revision/);
    t.equal(held.spec.paused, true);
    await gate.rig.api.patch(`${collection}/big`, [{ op: 'replace', path: '/spec/replicas', value: 0 }], 'json');
  });
}

/** Calls so far, once the log shows the last request. */
async function settled(gate: Gate, subject: Subject): Promise<string[]> {
  const mark = `mark-${Date.now()}`;
  await subject.kubectl(['get', 'configmap', mark], { expectFail: true });
  const { auditLog } = gate.rig.file;
  await waitFor('the audit log', () => readFileSync(auditLog, 'utf8').includes(mark));
  return calls(gate, subject.namespace);
}

function bigDeployment(subject: Subject): Json {
  const variable = (container: number, index: number) => ({
    name: `VARIABLE_${container}_${index}`,
    value: `${'v'.repeat(50)}${index}`,
  });
  const container = (index: number) => ({
    name: `c${index}`,
    image: 'podinfo:1.4.0',
    env: Array.from({ length: 200 }, (_entry, each) => variable(index, each)),
    ...(index === 0 && { ports: [{ name: 'http', containerPort: 9898 }] }),
  });
  return subject.manifest('1.4.0', ({ metadata, spec }) => {
    metadata.name = 'big';
    metadata.labels = { app: 'big' };
    metadata.annotations = { 'headgate.dev/canary': 'true' };
    spec.replicas = 0;
    spec.selector = { matchLabels: { app: 'big' } };
    spec.template.metadata = { labels: { app: 'big' } };
    spec.template.spec.containers = Array.from({ length: 40 }, (_entry, index) => container(index));
  });
}
