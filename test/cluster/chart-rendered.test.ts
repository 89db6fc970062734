import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import t from 'tap';
import { parseAllDocuments } from 'yaml';
import { CHART, renderedFiles, template } from '../chart/render.ts';
import { type Json, openRig, waitFor } from '../rig/rig.ts';
import { ended } from './support/headgate.ts';

const ROOT = join(CHART, '../..');
const run = promisify(execFile);
const rig = openRig();
t.teardown(() => rig.close());

const HELMS = ['helm3', 'helm4'] as const;
const objectsOf = (text: string): Json[] =>
  parseAllDocuments(text).flatMap((document) => (document.toJS() as Json | null) ?? []);
const set = (...values: string[]): string[] =>
  values.flatMap((value) => [/=[[{]"/.test(value) ? '--set-json' : '--set', value]);
const foreign = ({ apiVersion }: Json): boolean => /cert-manager|coreos/.test(apiVersion);
const named = (objects: readonly Json[], kind: string, name: string): Json =>
  objects.find((object) => object.kind === kind && object.metadata.name === name);

for (const helm of HELMS) {
  t.test(
    `what ${helm} makes of the chart is what stands in manifests/ (else: node test/chart/render.ts)`,
    async (t) => {
      for (const [path, text] of await renderedFiles(rig.program(helm))) {
        t.equal(readFileSync(join(ROOT, path), 'utf8'), text, path);
      }
    },
  );

  t.test(`${helm} finds nothing wrong with the chart`, async (t) => {
    const { stdout } = await run(rig.program(helm), ['lint', '--strict', CHART]);
    t.match(stdout, '0 chart(s) failed');
  });
}

const render = async (...values: string[]): Promise<Json[]> =>
  objectsOf(await template(rig.program('helm3'), set(...values)));

t.test('as it is, it asks for kinds of no other product', async (t) => {
  const objects = await render();
  t.same(objects.filter(foreign), []);
  const files = {
    canaries: 'crd',
    alertproviders: 'crd-alertprovider',
    metrictemplates: 'crd-metrictemplate',
    clustermetrictemplates: 'crd-clustermetrictemplate',
  };
  for (const [name, file] of Object.entries(files)) {
    const made = objectsOf(readFileSync(join(ROOT, `manifests/${file}.yaml`), 'utf8'))[0];
    t.same(named(objects, 'CustomResourceDefinition', `${name}.headgate.dev`).spec, made?.spec);
  }
  t.notOk(named(objects, 'Secret', 'headgate-receivers'), 'and has no Secret for nobody');
});

t.test('addresses are in a Secret alone, and their change replaces the scheduler’s pods', async (t) => {
  const objects = await render(...EVERYTHING);
  const { stringData } = named(objects, 'Secret', 'headgate-receivers');
  t.same(stringData, {
    'slack-address': 'https://hooks.example.com/a',
    'webhook-address': 'http://alerts.tools/in',
  });
  const deployment = named(objects, 'Deployment', 'headgate-scheduler');
  t.notMatch(JSON.stringify(deployment), 'hooks.example.com');
  const env = new Map<string, Json>(
    deployment.spec.template.spec.containers[0].env.map((entry: Json) => [entry.name, entry]),
  );
  t.match(env.get('HEADGATE_SLACK_URL'), {
    valueFrom: { secretKeyRef: { name: 'headgate-receivers', key: 'slack-address' } },
  });
  t.match(env.get('HEADGATE_MSTEAMS_URL'), { valueFrom: { secretKeyRef: { name: 'teams', key: 'address' } } });
  t.match(env.get('HEADGATE_SLACK_CHANNEL'), { value: '#releases' });
  const other = named(await render(...EVERYTHING, 'slack.url=https://b'), 'Deployment', 'headgate-scheduler');
  t.not(
    other.spec.template.metadata.annotations['checksum/receivers'],
    deployment.spec.template.metadata.annotations['checksum/receivers'],
  );
});

const SOME = ['namespaces={default,istio-system}', 'webhook.antiAffinity=none'];
const SCHEDULER = 'headgate-scheduler';

const EVERYTHING = [
  'networkPolicy.apiServerCidrs={10.0.0.0/8,192.0.2.1/32}',
  'networkPolicy.metricsFrom[0].namespaceSelector.matchLabels.team=monitoring',
  'networkPolicy.redisFrom[0].namespaceSelector.matchLabels.team=shop',
  'metrics.serviceMonitor.enabled=true',
  'metrics.serviceMonitor.labels.release=prometheus',
  'metrics.prometheusRule.enabled=true',
  'metrics.prometheusRule.disabled={HeadgateGateBypassed}',
  'dashboards.enabled=true',
  'certificates.source=cert-manager',
  'redis.persistence.enabled=true',
  'redis.persistence.storageClass=fast',
  'redis.auth.existingSecret=redis-account',
  'redis.auth.passwordKey=secret',
  'trustedCertificates.configMap=authorities',
  'commonLabels.team=delivery',
  'imagePullSecrets[0].name=registry',
  'webhook.tolerations[0].operator=Exists',
  'webhook.nodeSelector.disk=fast',
  'webhook.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey=zone',
  'webhook.podDisruptionBudget.maxUnavailable=50%',
  'webhook.hostNetwork=true',
  'webhook.port=9443',
  'webhook.httpPort=9080',
  'scheduler.antiAffinity=hard',
  'webhook.podAnnotations={"prometheus.io/scrape":"false"}',
  'scheduler.podLabels.tier=control',
  'scheduler.serviceAccount.name=gate-keeper',
  'scheduler.serviceAccount.annotations.role=gate',
  'excludedNamespaces={kube-system,istio-system}',
  'hooks.allow={loadtester.test,*.build,https://*.example.com:*,http://10.1.2.0/24:8080,http://[fd00::]/64}',
  'clusterDomain=k8s.example.com',
  'clusterName=europe-1',
  'slack.url=https://hooks.example.com/a',
  'slack.channel=#releases',
  'msteams.existingSecret=teams',
  'alerts.webhook.url=http://alerts.tools/in',
  'alerts.secretNames={headgate-alerts,on-call}',
];

t.test('the API server takes all that the values can make', async (t) => {
  for (const values of [[], EVERYTHING, ['webhook.serviceAccount.create=false', 'crd.keep=false'], SOME]) {
    const objects = (await render(...values)).filter((object) => !foreign(object));
    const input = { apiVersion: 'v1', kind: 'List', items: objects };
    const words = ['apply', '--server-side', '--dry-run=server', '--force-conflicts', '--validate=strict', '-f', '-'];
    const { stdout } = await rig.kubectl(words, { input });
    t.equal(stdout.trim().split('\n').length, objects.length, `${objects.length} objects`);
  }
});

t.test(
  'in some namespaces only, the scheduler has no right in the cluster but to read what is in no namespace',
  async (t) => {
    const objects = await render('namespaces={shop,billing}');
    const bound = objects.filter(
      ({ kind, subjects = [] }) => kind.endsWith('Binding') && subjects[0]?.name === SCHEDULER,
    );
    t.same(
      bound.map(({ kind, metadata, roleRef }) => [kind, metadata.namespace, `${roleRef.kind} ${roleRef.name}`]),
      [
        ['ClusterRoleBinding', undefined, 'ClusterRole headgate-metric-templates'],
        ['RoleBinding', 'shop', 'Role headgate-scheduler'],
        ['RoleBinding', 'billing', 'Role headgate-scheduler'],
        ['RoleBinding', 'headgate', 'Role headgate-scheduler'],
        // Of one object, by its name.
        ['RoleBinding', 'default', 'Role headgate-api-server-address'],
        // Only while it is uninstalled, and by name: the webhook's configuration is an object of the cluster.
        ['ClusterRoleBinding', undefined, 'ClusterRole headgate-uninstall'],
        ['RoleBinding', 'headgate', 'Role headgate-uninstall'],
      ],
    );
    const [everywhere] = (await render()).filter(
      ({ kind, metadata }) => `${kind} ${metadata.name}` === `ClusterRole ${SCHEDULER}`,
    );
    const roles = objects.filter(({ kind, metadata }) => kind === 'Role' && metadata.name === SCHEDULER);
    for (const role of roles.filter(({ metadata }) => metadata.namespace !== 'headgate')) {
      t.same(role.rules, everywhere?.rules, `${role.metadata.namespace}: the same as else in the cluster`);
    }
  },
);

t.test('where nothing is held is one list: webhook, policies and scheduler have the same', async (t) => {
  const selectorsIn = (objects: readonly Json[]) => [
    ...named(objects, 'MutatingWebhookConfiguration', 'headgate').webhooks,
    ...objects
      .filter(({ kind, metadata }) => kind === 'ValidatingAdmissionPolicy' && metadata.name !== 'headgate-elsewhere')
      .map(({ spec }) => spec.matchConstraints),
  ];
  const cases: [values: string[], operator: string, namespaces: string[], variable: string][] = [
    [['excludedNamespaces={shop}'], 'NotIn', ['headgate', 'shop'], 'HEADGATE_EXCLUDED_NAMESPACES'],
    [['namespaces={shop}'], 'In', ['shop'], 'HEADGATE_NAMESPACES'],
  ];
  for (const [values, operator, namespaces, variable] of cases) {
    const objects = await render(...values);
    const matchExpressions = [{ key: 'kubernetes.io/metadata.name', operator, values: namespaces }];
    const selectors = selectorsIn(objects);
    t.ok(selectors.length > 8, 'they are found');
    for (const { namespaceSelector } of selectors) t.same(namespaceSelector, { matchExpressions });
    const { env } = named(objects, 'Deployment', SCHEDULER).spec.template.spec.containers[0];
    t.equal(env.find(({ name }: Json) => name === variable)?.value, namespaces.join());
  }
});

t.test('the roles for people are parts of Kubernetes’ own, unless that is not wanted', async (t) => {
  const roles = ['viewer', 'releaser', 'approver', 'admin'].map((name) => `headgate-${name}`);
  const partsOf = (objects: readonly Json[]) =>
    roles.map((name) => {
      const labels = Object.keys(named(objects, 'ClusterRole', name).metadata.labels);
      return labels.flatMap((label) => /aggregate-to-(\w+)$/.exec(label)?.[1] ?? []);
    });
  t.same(partsOf(await render()), [['view', 'edit', 'admin'], ['edit', 'admin'], ['admin'], ['admin']]);
  t.same(partsOf(await render('rbac.aggregate=false')), [[], [], [], []]);
});

t.test('pods are kept on different nodes by one word, and beside what else is said', async (t) => {
  const affinityOf = async (...values: string[]) =>
    named(await render(...values), 'Deployment', 'headgate-webhook').spec.template.spec.affinity;
  const own =
    'webhook.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchFields=[]';
  const soft = { podAffinityTerm: { topologyKey: 'kubernetes.io/hostname' } };
  t.match(await affinityOf(own), {
    nodeAffinity: {},
    podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [soft] },
  });
  t.match(await affinityOf('webhook.antiAffinity=hard'), {
    podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [soft.podAffinityTerm] },
  });
  t.equal(await affinityOf('webhook.antiAffinity=none'), undefined);
});

t.test('names and labels are the same wherever they stand', async (t) => {
  const objects = await render(...EVERYTHING);
  const text = JSON.stringify(objects);
  t.notMatch(text, 'serviceaccount:headgate:headgate-scheduler');
  t.match(text, 'serviceaccount:headgate:gate-keeper');
  for (const { kind, metadata, spec } of objects) {
    t.equal(metadata.labels.team, 'delivery', `${kind} ${metadata.name}`);
    if (spec?.template?.spec?.containers) t.equal(spec.template.spec.enableServiceLinks, false);
  }
  const { metadata, spec } = named(objects, 'Deployment', 'headgate-webhook').spec.template;
  t.match(spec.topologySpreadConstraints, [
    { labelSelector: { matchLabels: { 'app.kubernetes.io/component': 'webhook' } } },
  ]);
  t.equal(metadata.annotations['prometheus.io/scrape'], 'false', 'a user’s annotation wins');
});

const REFUSED: Record<string, [values: string[], words: RegExp]> = {
  'a value that is not there': [['webhooks.replicas=3'], /webhooks/],
  'a namespace that is excluded': [['namespaces={shop,kube-system}'], /kube-system, where nothing is ever held/],
  'a spread that nobody knows': [['webhook.antiAffinity=maybe'], /antiAffinity/],
  'no replica': [['webhook.replicas=0'], /replicas/],
  'no Redis': [['redis.enabled=false'], /externalRedis\.url/],
  'a port that needs a privilege': [['webhook.port=443'], /webhook\W+port/],
  'one port for two things': [['webhook.port=8080'], /webhook\.port and webhook\.httpPort are the same/],
  'the kubelet’s port on the node': [
    ['webhook.hostNetwork=true', 'webhook.port=10250'],
    /port 10250 of every node is the kubelet's/,
  ],
  'two of them': [['externalRedis.url=redis://a:1'], /redis\.enabled=false/],
  'a password in an address': [['externalRedis.url=redis://u:p@a:1'], /externalRedis/],
  'a path in what hooks may call': [['hooks.allow={https://ci.example.com/hook}'], /hooks.allow/],
  'an address in two places': [['slack.url=https://a/b', 'slack.existingSecret=a'], /existingSecret/],
  'an address that is none': [['gchat.url=chat.example.com'], /gchat/],
  'a duration in words': [['resyncInterval=soon'], /resyncInterval/],
};

for (const [sentence, [values, words]] of Object.entries(REFUSED)) {
  t.test(`${sentence} is refused`, async (t) => {
    for (const helm of HELMS) {
      const { code, stderr } = await ended(
        rig.program(helm),
        ['template', CHART, '--kube-version=1.37.0', ...set(...values)],
        {},
      );
      t.not(code, 0);
      t.match(stderr, words, helm);
    }
  });
}

t.test('a cluster that is too old is refused', async (t) => {
  const { stderr } = await ended(rig.program('helm4'), ['template', CHART, '--kube-version=1.29.0'], {});
  t.match(stderr, 'requires kubeVersion');
});

const containerOf = (objects: readonly Json[], name: string): Json =>
  named(objects, 'Deployment', name).spec.template.spec.containers[0];
const environmentOf = (container: Json): Map<string, Json> =>
  new Map(container.env.map((entry: Json) => [entry.name, entry]));

t.test('one thing puts the names of snapshots into pods: the policy, where the API server has that', async (t) => {
  const rows: [args: string[], by: 'policy' | 'webhook'][] = [
    [[], 'policy'],
    [['--kube-version=1.35.2'], 'webhook'],
    [['--kube-version=1.35.2', '--api-versions=admissionregistration.k8s.io/v1/MutatingAdmissionPolicy'], 'policy'],
    [set('configs.pinning=webhook'), 'webhook'],
    [['--kube-version=1.35.2', ...set('configs.pinning=policy')], 'policy'],
  ];
  for (const [args, by] of rows) {
    const objects = objectsOf(await template(rig.program('helm3'), args));
    const { webhooks } = named(objects, 'MutatingWebhookConfiguration', 'headgate');
    const isAsked = webhooks.some(({ name }: Json) => name === 'pods.headgate.dev');
    t.equal(isAsked, by === 'webhook', args.join(' '));
    t.equal(
      named(objects, 'MutatingAdmissionPolicy', 'headgate-config-pins') !== undefined,
      by === 'policy',
      args.join(' '),
    );
    t.ok(named(objects, 'ValidatingAdmissionPolicy', 'headgate-snapshots'), 'copies are kept by either');
  }
  const none = objectsOf(
    await template(rig.program('helm3'), ['--kube-version=1.35.2', ...set('configs.enabled=false')]),
  );
  const { webhooks } = named(none, 'MutatingWebhookConfiguration', 'headgate');
  t.notOk(
    webhooks.some(({ name }: Json) => name === 'pods.headgate.dev'),
    'where nothing is pinned nobody asks',
  );
});

t.test('Redis has a password that nobody chose, in a Secret that all read', async (t) => {
  const objects = await render();
  const password = (among: readonly Json[]) => named(among, 'Secret', 'headgate-redis').data.password;
  t.match(Buffer.from(password(objects), 'base64').toString(), /^\w{32}$/);
  t.not(password(await render()), password(objects), 'each installation has its own');
  const from = { valueFrom: { secretKeyRef: { name: 'headgate-redis', key: 'password' } } };
  for (const name of ['headgate-webhook', 'headgate-scheduler']) {
    t.match(environmentOf(containerOf(objects, name)).get('HEADGATE_REDIS_PASSWORD'), from, name);
  }
  t.match(environmentOf(containerOf(objects, 'headgate-redis')).get('REDIS_PASSWORD'), from);
});

t.test('or the one of a Secret that is there', async (t) => {
  const objects = await render('redis.auth.existingSecret=account', 'redis.auth.passwordKey=redis');
  t.notOk(named(objects, 'Secret', 'headgate-redis'));
  const from = { valueFrom: { secretKeyRef: { name: 'account', key: 'redis' } } };
  t.match(environmentOf(containerOf(objects, 'headgate-scheduler')).get('HEADGATE_REDIS_PASSWORD'), from);
  t.match(environmentOf(containerOf(objects, 'headgate-redis')).get('REDIS_PASSWORD'), from);
});

t.test('sentinels may have a password of their own', async (t) => {
  const objects = await render(
    'redis.enabled=false',
    'externalRedis.url=redis+sentinel://one/mymaster',
    'externalRedis.existingSecret=account',
    'externalRedis.sentinelPasswordKey=sentinel',
  );
  const env = environmentOf(containerOf(objects, 'headgate-scheduler'));
  const from = (key: string) => ({ valueFrom: { secretKeyRef: { name: 'account', key } } });
  t.match(env.get('HEADGATE_REDIS_PASSWORD'), from('password'));
  t.match(env.get('HEADGATE_REDIS_SENTINEL_PASSWORD'), from('sentinel'));
  t.notOk(env.has('HEADGATE_REDIS_SENTINEL_USERNAME'));
});

t.test('who may call is limited, unless it is switched off', async (t) => {
  const policies = (objects: readonly Json[]) =>
    objects
      .filter(({ kind }) => kind === 'NetworkPolicy')
      .map(({ metadata }) => metadata.name)
      .toSorted();
  t.same(policies(await render()), ['headgate-redis', 'headgate-scheduler', 'headgate-webhook']);
  t.same(policies(await render('networkPolicy.enabled=false')), []);
});

t.test('the webhook listens where it is told, and everything else knows where', async (t) => {
  const objects = await render('webhook.port=10250', 'webhook.httpPort=9080');
  const container = containerOf(objects, 'headgate-webhook');
  t.match(container.ports, [
    { name: 'https', containerPort: 10_250 },
    { name: 'http', containerPort: 9_080 },
  ]);
  const env = environmentOf(container);
  t.equal(env.get('HEADGATE_WEBHOOK_PORT')?.value, '10250');
  t.equal(env.get('HEADGATE_HTTP_PORT')?.value, '9080');
  t.match(named(objects, 'Service', 'headgate-webhook').spec.ports, [{ port: 443, targetPort: 10_250 }]);
  const { ingress } = named(objects, 'NetworkPolicy', 'headgate-webhook').spec;
  t.same(
    ingress.map(({ ports }: Json) => ports[0].port),
    [10_250, 9_080],
  );
  const { annotations } = named(objects, 'Deployment', 'headgate-webhook').spec.template.metadata;
  t.equal(annotations['prometheus.io/port'], '9080');
  const scheduler = named(objects, 'Deployment', 'headgate-scheduler').spec.template.metadata;
  t.equal(scheduler.annotations['prometheus.io/port'], '8080', 'which is the webhook’s alone');
});

t.test('on the nodes’ own network, no two webhooks need one port of a node', async (t) => {
  const { strategy, template } = named(await render('webhook.hostNetwork=true'), 'Deployment', 'headgate-webhook').spec;
  t.match(template.spec, { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' });
  t.match(strategy.rollingUpdate, { maxUnavailable: 1, maxSurge: 0 });
  const usual = named(await render(), 'Deployment', 'headgate-webhook').spec;
  t.notOk(usual.template.spec.hostNetwork);
  t.match(usual.strategy.rollingUpdate, { maxUnavailable: 0, maxSurge: 1 });
});

t.test('its own Redis never evicts, writes a file, and wants the password, whatever is in it', async (t) => {
  const { command, args } = containerOf(await render(), 'headgate-redis');
  const dir = mkdtempSync(join(rig.file.dir, 'redis-'));
  const [shell, ...flags]: string[] = command;
  const words = args.map((word: string) => (word === '/data' ? dir : word));
  const socket = join(dir, 'redis.sock');
  const password = 'a"b\\c $PATH `id` #d';
  const options = { env: { ...process.env, REDIS_PASSWORD: password } };
  const server = execFile(shell ?? 'sh', [...flags, ...words, '--port', '0', '--unixsocket', socket], options);
  const redis = new Redis(socket, { password, retryStrategy: () => 100 });
  redis.on('error', () => undefined);
  t.teardown(() => {
    redis.disconnect();
    server.kill();
  });
  await waitFor('Redis', async () => (await redis.ping()) === 'PONG');
  const setting = async (name: string) => ((await redis.config('GET', name)) as string[])[1];
  t.equal(await setting('maxmemory-policy'), 'noeviction');
  t.equal(await setting('appendonly'), 'yes');
  t.equal(await setting('maxmemory'), String(192 * 1024 ** 2));
  t.equal(await setting('requirepass'), password);
  t.notMatch(readFileSync(`/proc/${server.pid}/cmdline`, 'utf8'), password, 'it is not among its arguments');
});
