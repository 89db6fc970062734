import t, { type Test } from 'tap';
import { checkOf } from '../../src/analysis/check.ts';
import { Prometheus } from '../../src/analysis/prometheus.ts';
import type { QueryTarget } from '../../src/analysis/queries.ts';
import type { CheckResult } from '../../src/rollout/machine/observation.ts';
import { noTemplates } from '../build.ts';
import { PODINFO_STATUS, textMessage } from '../rig/grpc.ts';
import { type LoadOptions, openRig, waitFor } from '../rig/rig.ts';
import { podinfoGrpc, twoProtocols } from '../rig/selftest/mesh-objects.ts';
import { App } from './support/app.ts';
import { type Leads, TwoServices } from './support/two-services.ts';

/** What checks say of real traffic: no pod here has a sidecar, so that only the clients' side is counted. */
const rig = openRig();
const prometheus = new Prometheus(rig.mesh.prometheusUrl);
const namespace = await rig.createNamespace('measured');
t.teardown(async () => {
  await rig.api.delete(`/api/v1/namespaces/${namespace}`);
  await rig.close();
});

t.before(async () => {
  const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  await rig.api.create(deployments, twoProtocols('fine', '1.4.0'));
  await rig.api.create(deployments, twoProtocols('faulty', '1.4.1-errors'));
  await rig.api.create(deployments, podinfoGrpc('podinfo', '1.4.0'));
  for (const name of ['fine', 'faulty', 'podinfo']) {
    await rig.kubectl(['-n', namespace, 'rollout', 'status', `deployment/${name}`, '--timeout=60s']);
  }
});

const targetOf = (name: string): QueryTarget => {
  const names = { stable: name, canary: `${name}-canary` };
  return { namespace, workloads: names, services: names, hosts: [] };
};

const WINDOW_MS = 5_000;

/** The first success rate that is known of a whole window in which half of the traffic went to the canary. */
async function firstVerdict(name: string): Promise<CheckResult> {
  const since = `istio_requests_total{destination_service_name="${name}",destination_service_namespace="${namespace}"}`;
  const isWhole = async () => (await rig.prometheus.query(`${since} offset ${WINDOW_MS}ms`)).length > 0;
  await waitFor(`a window of requests to ${name}`, isWhole);
  const metric = {
    ...{ name: 'request-success-rate', intervalMs: WINDOW_MS, bounds: { min: 97 } },
    source: { builtin: 'request-success-rate' },
  } as const;
  return waitFor(`a verdict on ${name}`, async () => {
    const due = { metric, windowMs: WINDOW_MS, weight: 50, weightMs: WINDOW_MS };
    const check = await checkOf(due, targetOf(name), {
      ask: (query) => prometheus.query(query),
      askTemplate: noTemplates,
    });
    if (check.verdict === 'inconclusive') throw new Error(check.message);
    return check;
  });
}

const grpc = { port: 81 };
/** Asks podinfo's own gRPC server for a status. */
const asking = (status: string) => ({
  ...{ canary: { to: 'podinfo', ...grpc }, protocol: 'grpc' as const },
  ...{ path: PODINFO_STATUS, message: textMessage(status) },
});
const VIA: readonly NonNullable<LoadOptions['via']>[] = ['gateway', 'mesh'];

interface Case {
  canary: Leads;
  protocol?: 'grpc';
  path?: string;
  message?: Buffer;
  /** 40 when it is left out. */
  rps?: number;
  verdict: CheckResult['verdict'];
  says: RegExp;
}

/** Where answers fail at random: of so many, their part is near what it is to be. */
const MANY = { rps: 120 };

const cases: Record<string, Case> = {
  good: { canary: { to: 'fine' }, verdict: 'pass', says: /success-rate 100%$/ },
  faulty: { ...MANY, canary: { to: 'faulty' }, verdict: 'fail', says: /success-rate (8|9)\d(\.\d+)?% < 97%$/ },
  'no-pod': { canary: { to: 'nobody' }, verdict: 'fail', says: /success-rate 0% < 97%$/ },
  'no-port': { canary: { to: 'fine', port: 7 }, verdict: 'fail', says: /about \d+ requests found no Service or port/ },
  'grpc-good': { canary: { to: 'fine', ...grpc }, protocol: 'grpc', verdict: 'pass', says: /success-rate 100%$/ },
  'grpc-faulty': {
    ...{ ...MANY, canary: { to: 'faulty', ...grpc }, protocol: 'grpc' as const, verdict: 'fail' as const },
    // Of the two kinds of its failures Istio has UNAVAILABLE tried again.
    says: /success-rate (7|8)\d(\.\d+)?% < 97%$/,
  },
  'grpc-no-pod': {
    canary: { to: 'nobody', ...grpc },
    protocol: 'grpc',
    verdict: 'fail',
    says: /success-rate 0% < 97%$/,
  },
  'podinfo-ok': { ...asking('Ok'), verdict: 'pass', says: /success-rate 100%$/ },
  'podinfo-internal': { ...asking('Internal'), verdict: 'fail', says: /success-rate 0% < 97%$/ },
  'podinfo-not-found': { ...asking('NotFound'), verdict: 'pass', says: /success-rate 100%$/ },
};

async function isJudged(t: Test, kind: string, via: (typeof VIA)[number], wanted: Case): Promise<void> {
  const { canary, protocol = 'http', rps = 40, verdict, says, ...call } = wanted;
  const name = `${kind}-${via}`;
  const port = protocol === 'grpc' ? 81 : 80;
  const two = new TwoServices(rig, namespace, name);
  await two.apply({ to: 'fine', port }, canary);
  const host = via === 'mesh' ? `${name}.${namespace}` : two.host;
  const load = rig.load({ via, host, protocol, ...call, rps, ...(via === 'mesh' && { port }) });
  t.teardown(() => load.stop());
  const check = await firstVerdict(name);
  t.match(check.message, says);
  t.equal(check.verdict, verdict);
}

// Each has Services of its own.
t.jobs = 2;

for (const [kind, wanted] of Object.entries(cases)) {
  t.test(kind, { jobs: VIA.length }, async (t) => {
    for (const via of VIA) {
      const by = `by clients ${via === 'mesh' ? 'with a sidecar' : 'of the gateway'}`;
      void t.test(by, { buffered: true }, (t) => isJudged(t, kind, via, wanted));
    }
  });
}

/** Takes a Service from the gateway's Envoy: whatever route leads to it, leads nowhere. */
const withoutCluster = (service: string): object => ({
  apiVersion: 'networking.istio.io/v1alpha3',
  kind: 'EnvoyFilter',
  metadata: { name: service.replaceAll('.', '-'), namespace: 'istio-system' },
  spec: {
    configPatches: [
      {
        applyTo: 'CLUSTER',
        match: { context: 'GATEWAY', cluster: { service } },
        patch: { operation: 'REMOVE' },
      },
    ],
  },
});

t.test('a release whose traffic finds no Service fails its first check', async (t) => {
  const app = await App.enrolled(rig, 'nowhere', { annotations: { 'step-weights': '20,50', interval: '4s' } });
  const load = app.load(50);
  t.teardown(() => load.stop());
  const filter = withoutCluster(`${app.name}-canary.${app.namespace}.svc.cluster.local`);
  await rig.kubectl(['apply', '-f', '-'], { input: filter });
  t.teardown(() => rig.kubectl(['delete', '-f', '-', '--ignore-not-found'], { input: filter }));
  await app.setImage('1.4.1');
  const status = await app.phase('Failed', 90_000);
  t.match(status, { failedChecks: 3, release: { reason: 'ThresholdReached' } }, 'every check failed');
  t.notOk((await app.reasons()).includes('CheckInconclusive'), 'none was without data');
  t.match(await app.told('CheckFailed'), /about \d+ requests found no Service or port where the route sends them/);
  await app.delete();
});
