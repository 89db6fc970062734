import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { Test } from 'tap';
import { revisionOf } from '../../../src/rollout/workload/template.ts';
import { type Json, waitFor } from '../../rig/rig.ts';
import { policyFor } from '../support/policy.ts';
import { type Gate, Subject } from './subject.ts';

const FLUX = ['--server-side', '--field-manager=flux'];
const DIGEST = `@sha256:${'a'.repeat(64)}`;

/** Admission that is not Headgate's. */
export async function neighbours(t: Test, gate: Gate): Promise<void> {
  t.test('a policy of somebody else judges the wanted template, in the user’s own request', async (t) => {
    const subject = await Subject.enrolled(gate, 'policy');
    const { stderr } = await withPolicy(gate, subject);
    t.equal(stderr, '');
    const forbidden = (options: object) => subject.setImage('6.6.6', options);
    const dry = ['set', 'image', 'deployment/podinfo', 'podinfo=podinfo:6.6.6', '--dry-run=server'];
    await waitFor('the policy to judge', () => subject.kubectl(dry, { expectFail: true }));
    t.match(await subject.refused(forbidden), /no 6.6.6 here/);
    t.equal(await subject.image(), 'podinfo:1.4.0');
    t.equal(await subject.held(), undefined);
    t.match((await subject.setImage('1.4.1')).stderr, /is held/);
    t.match(await subject.refused(forbidden), /no 6.6.6 here/);
    t.equal(await subject.image(), 'podinfo:1.4.1');
  });

  t.test(
    'a webhook that pins digests after Headgate: the hold is of what is stored, and applying again changes nothing',
    async (t) => {
      const pinner = await startPinner(gate);
      t.teardown(pinner.stop);
      const subject = await Subject.deployed(gate, 'pinned', { flags: FLUX });
      await pinner.pin(subject.namespace);
      await subject.annotate('headgate.dev/canary=true');
      await subject.apply(subject.manifest('1.4.1'), FLUX);
      const held = await subject.held();
      t.equal(await subject.image(), `podinfo:1.4.1${DIGEST}`);
      t.equal(held.revision, revisionOf((await subject.get()).spec.template));
      const before = await subject.resourceVersion();
      for (let round = 0; round < 3; round++) await subject.apply(subject.manifest('1.4.1'), FLUX);
      t.equal(await subject.resourceVersion(), before, 'three more applies write nothing');
      t.same(await subject.held(), held);
    },
  );

  t.test(
    'a webhook that comes while a revision is held changes no pods in the write that lifts the hold',
    async (t) => {
      const pinner = await startPinner(gate);
      t.teardown(pinner.stop);
      const subject = await Subject.held(gate, 'late');
      const before = await subject.get();
      await pinner.pin(subject.namespace);
      const rolling = JSON.stringify({ from: 'any', to: (await subject.held()).revision });
      await t.rejects(subject.liftOnce({ rolling }), { message: /another webhook changes the template/, status: 422 });
      t.same((await subject.get()).spec, before.spec);
      t.equal(await subject.tags(), '1.4.0');
      await pinner.stop();
      await subject.lift({ rolling });
      await subject.rolledOut();
      t.equal(await subject.tags(), '1.4.1');
    },
  );
}

const withPolicy = ({ rig }: Gate, { namespace }: Subject) =>
  rig.kubectl(['apply', '-f', '-'], {
    input: policyFor(namespace, {
      apiGroup: 'apps',
      resource: 'deployments',
      expression:
        "object.spec.template.spec.containers.all(c, !c.image.endsWith(':6.6.6')) || request.userInfo.username == 'nobody'",
      message: 'no 6.6.6 here',
    }),
  });

/** A mutating webhook that comes after Headgate's and writes a digest behind every tag. */
async function startPinner({ rig }: Gate) {
  const { cert, key, caBundle } = await rig.certificate(['localhost']);
  const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (request, response) => {
    void json(request).then((review) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(pinned(review as Json)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://localhost:${(server.address() as AddressInfo).port}/`;
  const names: string[] = [];
  const pin = async (namespace: string): Promise<void> => {
    names.push(`zz-pinner-${namespace}`);
    const webhook = {
      name: 'pinner.example.com',
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      clientConfig: { url, caBundle },
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
      rules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['deployments'] }],
    };
    const configuration = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: names.at(-1) },
      webhooks: [webhook],
    };
    await rig.kubectl(['apply', '-f', '-'], { input: configuration });
    const probe = [
      '-n',
      namespace,
      'set',
      'image',
      'deployment/podinfo',
      'podinfo=podinfo:1.4.9',
      '--dry-run=server',
      '-o',
      'yaml',
    ];
    await waitFor('the pinner to be called', async () => (await rig.kubectl(probe)).stdout.includes(DIGEST));
  };
  const stop = async (): Promise<void> => {
    for (const name of names.splice(0)) await rig.kubectl(['delete', 'mutatingwebhookconfiguration', name]);
    server.closeAllConnections();
    server.close();
  };
  return { pin, stop };
}

function pinned({ request: { uid, object } }: Json): object {
  const image: string = object.spec.template.spec.containers[0].image;
  const path = '/spec/template/spec/containers/0/image';
  const operations = image.includes('@') ? [] : [{ op: 'replace', path, value: `${image}${DIGEST}` }];
  const patch = Buffer.from(JSON.stringify(operations)).toString('base64');
  const response = { uid, allowed: true, patchType: 'JSONPatch', patch };
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response };
}
