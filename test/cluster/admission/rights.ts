import type { Test } from 'tap';
import type { KubectlOptions } from '../../rig/rig.ts';
import { type Gate, Subject } from './subject.ts';

/** Who may do what: the right to steer, what Headgate made, and Headgate's own accounts. */
export async function rights(t: Test, gate: Gate): Promise<void> {
  const { rig } = gate;

  /** A service account of the subject's namespace with the role `edit`, and more if wanted. */
  async function editor(subject: Subject, name: string, role?: string): Promise<KubectlOptions> {
    await subject.kubectl(['create', 'serviceaccount', name]);
    const account = `--serviceaccount=${subject.namespace}:${name}`;
    await subject.kubectl(['create', 'rolebinding', `${name}-edit`, '--clusterrole=edit', account]);
    if (role) await subject.kubectl(['create', 'rolebinding', `${name}-more`, `--role=${role}`, account]);
    return { as: { token: await rig.token(subject.namespace, name) } };
  }

  t.test(
    'whoever opts in or steers must be allowed to change routes; a change of the template needs no such right',
    async (t) => {
      const subject = await Subject.deployed(gate, 'steer');
      await routesRole(subject);
      const plain = await editor(subject, 'plain');
      const steering = await editor(subject, 'steering', 'routes');
      const annotate = (word: string, options: KubectlOptions) =>
        subject.kubectl(['annotate', '--overwrite', 'deployment/podinfo', word], options);
      t.match(
        (await annotate('headgate.dev/canary=true', { ...plain, expectFail: true })).stderr,
        /must be allowed to update virtualservices/,
      );
      await annotate('headgate.dev/canary=true', steering);
      t.match(
        (await annotate('headgate.dev/hosts=a.example.com', { ...plain, expectFail: true })).stderr,
        /must be allowed to update virtualservices/,
      );
      await annotate('headgate.dev/interval=30s', steering);
      t.match((await subject.setImage('1.4.1', plain)).stderr, /is held/);
      t.match(await subject.held(), { by: `system:serviceaccount:${subject.namespace}:plain` });
      const enrolledManifest = subject.manifest('1.4.0', ({ metadata }) => {
        metadata.name = 'other';
        metadata.annotations = { 'headgate.dev/canary': 'true' };
      });
      t.match(
        (await subject.kubectl(['create', '-f', '-'], { ...plain, input: enrolledManifest, expectFail: true })).stderr,
        /must be allowed to update virtualservices/,
      );
      await subject.kubectl(['create', '-f', '-'], { ...steering, input: enrolledManifest });
    },
  );

  t.test('whoever sets a traffic policy must be allowed to change DestinationRules too', async (t) => {
    const subject = await Subject.deployed(gate, 'steer-rules');
    await routesRole(subject);
    const routing = await editor(subject, 'routing', 'routes');
    const policy = { outlierDetection: { consecutive5xxErrors: 5 } };
    const word = `headgate.dev/traffic-policy=${JSON.stringify(policy)}`;
    const annotate = (...words: string[]) =>
      subject.kubectl(['annotate', 'deployment/podinfo', ...words], { ...routing, expectFail: true });
    t.match((await annotate('headgate.dev/canary=true', word)).stderr, /must be allowed to update destinationrules/);
    const canary = {
      apiVersion: 'headgate.dev/v1',
      kind: 'Canary',
      metadata: { name: 'podinfo', namespace: subject.namespace },
      spec: { targetRef: { name: 'podinfo' }, service: { port: 9898, trafficPolicy: policy } },
    };
    const { stderr } = await subject.apply(canary, [], { ...routing, expectFail: true });
    t.match(stderr, /must be allowed to update destinationrules/);
    await subject.kubectl(['annotate', 'deployment/podinfo', 'headgate.dev/canary=true', word]);
  });

  t.test('the same for a Canary, whose status is Headgate’s alone', async (t) => {
    const subject = await Subject.deployed(gate, 'steer-canary');
    await routesRole(subject);
    const plain = await editor(subject, 'plain');
    const steering = await editor(subject, 'steering', 'routes');
    const canary = {
      apiVersion: 'headgate.dev/v1',
      kind: 'Canary',
      metadata: { name: 'podinfo', namespace: subject.namespace },
      spec: { targetRef: { name: 'podinfo' }, service: { port: 9898 } },
    };
    t.match((await subject.apply(canary, [], { ...plain, expectFail: true })).stderr, /must be allowed to/);
    await subject.apply(canary, [], steering);
    const word = ['annotate', 'canary/podinfo', 'headgate.dev/command={"id":"1","action":"pause"}'];
    await subject.kubectl(word, plain);
    const status = [
      'patch',
      'canary/podinfo',
      '--subresource=status',
      '--type=merge',
      '-p',
      '{"status":{"phase":"Succeeded"}}',
    ];
    t.match(
      (await subject.kubectl(status, { expectFail: true })).stderr,
      /status of a Canary is written by Headgate alone/,
    );
    const wrong = { ...canary, spec: { ...canary.spec, analysis: { interval: 'soon' } } };
    t.match((await subject.apply(wrong, [], { expectFail: true })).stderr, /interval/);
  });

  t.test('what Headgate generates is changed by nobody else, and goes with its namespace', async (t) => {
    const subject = await Subject.deployed(gate, 'generated');
    const made = subject.manifest('1.4.1', ({ metadata }) => {
      metadata.name = 'podinfo-canary';
      metadata.labels = { 'headgate.dev/role': 'canary' };
    });
    t.match(
      (await subject.kubectl(['create', '-f', '-'], { input: made, expectFail: true })).stderr,
      /made and changed by Headgate alone/,
    );
    const collection = `/apis/apps/v1/namespaces/${subject.namespace}/deployments`;
    await gate.scheduler.create(collection, made);
    const note = 'kubectl.kubernetes.io/last-applied-configuration';
    const budget = { name: 'podinfo-canary', labels: { 'headgate.dev/role': 'disruption-budget' } };
    await gate.scheduler.create(`/apis/policy/v1/namespaces/${subject.namespace}/poddisruptionbudgets`, {
      ...{ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: budget },
      spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'podinfo-canary' } } },
    });
    const calls = [
      // A Service or a route may be taken over by whoever applies another; nothing else.
      ['annotate', 'poddisruptionbudget/podinfo-canary', `${note}={}`],
      ['set', 'image', 'deployment/podinfo-canary', 'podinfo=podinfo:6.6.6'],
      ['label', 'deployment/podinfo-canary', 'headgate.dev/role-'],
      ['delete', 'deployment/podinfo-canary'],
    ];
    for (const call of calls)
      t.match((await subject.kubectl(call, { expectFail: true })).stderr, /by Headgate alone/, call.join(' '));
    await subject.kubectl(['rollout', 'status', 'deployment/podinfo-canary', '--timeout=60s']);
    await subject.kubectl(['delete', 'namespace', subject.namespace, '--timeout=60s']);
  });

  t.test('the webhook may do next to nothing, the scheduler what it needs', async (t) => {
    const can = async (account: string, ...words: string[]): Promise<boolean> => {
      const as = `--as=system:serviceaccount:headgate:headgate-${account}`;
      return await rig.kubectl(['auth', 'can-i', as, ...words, '-q']).then(
        () => true,
        () => false,
      );
    };
    t.ok(await can('webhook', 'update', 'secrets/headgate-webhook-tls', '-n', 'headgate'));
    for (const verb of ['patch', 'create'])
      t.ok(await can('webhook', verb, 'mutatingwebhookconfigurations/headgate'), verb);
    for (const words of [
      ['list', 'secrets', '-n', 'headgate'],
      ['get', 'secrets/other', '-n', 'headgate'],
      ['get', 'deployments', '-A'],
      ['patch', 'mutatingwebhookconfigurations/other'],
      ['create', 'mutatingwebhookconfigurations/other'],
      ['create', 'mutatingwebhookconfigurations'],
      ['create', 'events', '-n', 'default'],
      ['create', 'secrets', '-n', 'headgate'],
    ]) {
      t.notOk(await can('webhook', ...words), `webhook: ${words.join(' ')}`);
    }
    t.ok(await can('scheduler', 'patch', 'deployments', '-A'));
    t.ok(await can('scheduler', 'get', 'secrets/headgate-alerts', '-A'));
    t.ok(await can('scheduler', 'create', 'configmaps', '-A'));
    for (const words of [
      ['get', 'secrets', '-A'],
      ['get', 'secrets/headgate-webhook-tls', '-n', 'headgate'],
      ['list', 'secrets/headgate-alerts', '-A'],
      ['patch', 'configmaps', '-A'],
      ['create', 'pods', '-A'],
      ['patch', 'mutatingwebhookconfigurations'],
    ]) {
      t.notOk(await can('scheduler', ...words), `scheduler: ${words.join(' ')}`);
    }
  });
}

/** kubectl makes no role for a resource that the cluster does not have. */
async function routesRole(subject: Subject): Promise<void> {
  await subject.apply({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'routes', namespace: subject.namespace },
    rules: [{ apiGroups: ['networking.istio.io'], resources: ['virtualservices'], verbs: ['update'] }],
  });
}
