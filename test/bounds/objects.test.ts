import t from 'tap';
import { ADOPTED_FOR, ROLE } from '../../src/rollout/keys.ts';
import type { Deployment, KubeObject } from '../../src/rollout/kube.ts';
import { stableService } from '../../src/rollout/workload/services.ts';
import { MAX_RULE_VALUES } from '../../src/traffic/istio/keep-weights.ts';
import { annotate, edit, image, label, stored } from '../admission/build.ts';
import { deployment } from '../build.ts';
import { inTime, MOST_MS } from './cpu.ts';
import { create, generatedService, route, update } from './judged.ts';
import { filled, MOST_OBJECT } from './shapes.ts';

const OPTED_IN = { 'headgate.dev/interval': '10s' };
/** Room for what stands around. */
const ROOM = MOST_OBJECT - 4_000;

/** Of what the API server sends, the shapes with the most fields. */
const FIELDS: Readonly<Record<string, [field: string, entry: (at: number) => unknown]>> = {
  variables: ['env', (at) => ({ name: `A${at}`, value: 'b' })],
  'variables without a name': ['env', () => ({ name: '' })],
  references: ['env', () => ({ name: 'A', valueFrom: { secretKeyRef: { name: 'a', key: 'b' } } })],
  arguments: ['args', () => 'a'],
  'arguments that are escaped': ['args', () => '\u0001'.repeat(100)],
  ports: ['ports', (at) => ({ name: 'a', hostPort: 1, containerPort: at })],
  mounts: ['volumeMounts', () => ({ name: 'a', mountPath: '/' })],
};

/** On a machine that is busy with others. */
t.setTimeout(180_000);

t.test('a pod template, as large as the API server takes one', async (t) => {
  for (const [words, [field, entry]] of Object.entries(FIELDS)) {
    const entries = filled(ROOM, entry);
    const large = edit(
      stored(),
      ({ spec }: Deployment) => void Object.assign(spec.template.spec.containers[0] ?? {}, { [field]: entries }),
    );
    inTime(t, `a release of ${words}`, update(edit(large, image('x:2')), large).work);
    const last = edit(
      large,
      ({ spec }: Deployment) =>
        void Object.assign(spec.template.spec.containers[0] ?? {}, { [field]: entries.with(-1, 'x') }),
    );
    inTime(t, `a release of ${words}, other in the last`, update(last, large).work);
    inTime(t, `settings beside ${words}`, update(edit(large, annotate(OPTED_IN)), large).work);
    inTime(t, `a new one with ${words}`, create(large).work);
  }
});

t.test('labels and volumes, as many as there is room for', async (t) => {
  const many = Object.fromEntries(filled(ROOM / 8, (at) => [`k${at}`, 'x']));
  inTime(t, 'labels', update(edit(stored(), label(many)), stored()).work);
  const volumes = filled(ROOM, () => ({ name: 'a', persistentVolumeClaim: { claimName: 'a' } }));
  const claimed = edit(
    stored({ strategy: 'Recreate' }),
    ({ spec }: Deployment) => void (spec.template.spec.volumes = volumes),
  );
  inTime(t, 'claims', create(claimed).work);
});

const to = (name: string, weight?: number) => ({
  destination: { host: name },
  ...(weight !== undefined && { weight }),
});
const both = (name: string, weight: number) => [to(name, 100 - weight), to(`${name}-canary`, weight)];

/** A user's VirtualService that was adopted for so many Deployments. */
const adopted = (http: unknown[], count = 1): KubeObject => {
  const host = (name: string) => `${name}.prod.svc.cluster.local`;
  const names = Array.from({ length: count }, (_, at) => `d${at}`);
  const marks = names.map((name) => [`prod/${name}`, { stable: host(name), canary: host(`${name}-canary`) }]);
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: {
      name: 'web',
      namespace: 'prod',
      labels: { [ROLE]: 'adopted-route' },
      annotations: { [ADOPTED_FOR]: JSON.stringify(Object.fromEntries(marks)) },
    },
    spec: { hosts: ['web'], http },
  };
};

type Rule = (at: number) => unknown;
const match = (at: number) => [{ uri: { prefix: `/${at}` }, headers: { x: { exact: 'y' } } }];
const ROUTES: Readonly<Record<string, [before: Rule, after: Rule, apps?: number]>> = {
  'rules that are applied again': [() => ({ route: both('d0', 5) }), () => ({ route: [to('d0')] })],
  'rules with other weights': [() => ({ route: both('d0', 5) }), () => ({ route: both('d0', 50) })],
  'rules that stay': [() => ({ route: both('d0', 5) }), () => ({ route: both('d0', 5) })],
  'rules to the canary alone': [
    (at) => ({ match: match(at), route: both('d0', 5) }),
    (at) => ({ match: match(at), route: [to('d0-canary')] }),
  ],
  'rules of many apps': [
    (at) => ({ route: both(`d${at % 2_000}`, 5) }),
    (at) => ({ route: [to(`d${at % 2_000}`)] }),
    2_000,
  ],
  'rules of nothing': [() => ({}), () => ({})],
  'rules with long words': [
    (at) => ({ name: 'x'.repeat(2_000), match: match(at), route: both('d0', 5) }),
    (at) => ({ name: 'x'.repeat(2_000), match: match(at), route: [to('d0-canary')] }),
  ],
};

/** As many rules as are looked through. */
function readable(rules: unknown[]): unknown[] {
  const text = JSON.stringify(rules[0] ?? {});
  const values = 1 + (text.match(/[:,[]/g) ?? []).length;
  return rules.slice(0, Math.floor(MAX_RULE_VALUES / values));
}

t.test('an adopted route, as large as the API server takes one, and as large as it is looked through', async (t) => {
  for (const [words, [before, after, apps]] of Object.entries(ROUTES)) {
    const [old, sent] = [filled(ROOM, before), filled(ROOM, after)];
    inTime(t, `${old.length} ${words}`, route(adopted(sent, apps), adopted(old, apps)).work);
    const [some, same] = [readable(old), readable(sent)];
    inTime(t, `${some.length} ${words}`, route(adopted(same.slice(0, some.length), apps), adopted(some, apps)).work);
  }
  const destinations = (weight: number) => [{ route: filled(ROOM, (at) => to(`d${at % 2_000}`, weight)) }];
  inTime(
    t,
    'one rule with all destinations',
    route(adopted(destinations(1), 2_000), adopted(destinations(2), 2_000)).work,
  );
});

t.test('a route that is too large passes with its marks, and says what becomes of its weights', async (t) => {
  const old = adopted(filled(ROOM, () => ({ route: both('d0', 5) })));
  const sent = { ...old, metadata: { name: 'web', namespace: 'prod' } };
  t.match(route(sent, old).work(), {
    kind: 'patch',
    patch: [{ path: '/metadata/labels' }, { path: '/metadata/annotations' }],
    warnings: [/too many rules for its weights to be kept in the same write/],
  });
});

t.test('what takes too long is found out', async (t) => {
  const busy = () => {
    const end = process.threadCpuUsage().user + MOST_MS * 1_500;
    while (process.threadCpuUsage().user < end);
  };
  const failures: string[] = [];
  const told = { fail: (words: string) => void failures.push(words) } as unknown as typeof t;
  inTime(told, 'it', busy);
  t.match(failures, [/^it takes \d+\.\d ms of CPU time$/]);
});

t.test('a Service that is applied over what Headgate made, with as many ports as there is room for', async (t) => {
  const before: KubeObject = stableService(deployment(), {
    port: 80,
    portName: 'http',
    targetPort: 'http',
    hosts: [],
    gateways: [],
  });
  const ports = filled(ROOM / 4, (port) => ({ port, protocol: 'TCP', name: `p${port}` }));
  for (const [words, keyOf] of Object.entries({
    'of one set of keys': (port: number) => ({ port, protocol: 'TCP' }),
    'of as many sets of keys': (port: number) => ({ [`port${port}`]: port }),
  })) {
    const keys = ports.map(({ port }) => [`k:${JSON.stringify(keyOf(port))}`, {}]);
    const fieldsV1 = { 'f:spec': { 'f:ports': Object.fromEntries(keys) as object } };
    const managedFields = [{ manager: 'flux', operation: 'Apply', fieldsV1 }];
    const after = { ...before, metadata: { ...before.metadata, managedFields }, spec: { ports } };
    inTime(t, `${ports.length} ports ${words}`, generatedService(after, before).work);
  }
});
