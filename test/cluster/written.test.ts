import t from 'tap';
import type { CanaryStatus } from '../../src/rollout/machine/status.ts';
import { type Json, openRig, waitFor } from '../rig/rig.ts';
import { App } from './support/app.ts';
import { servedAll } from './support/failures.ts';
import { untilLive } from './support/live-weight.ts';

const rig = openRig();
t.teardown(() => rig.close());

/** Time decides alone, unless a test says otherwise. */
const ANALYSIS = { interval: '2s', threshold: 3, stepWeights: [20, 40], metrics: [] };

const canaryOf = (app: App, more: { name?: string; hosts?: string[]; analysis?: Json; spec?: Json } = {}): Json => ({
  apiVersion: 'headgate.dev/v1',
  kind: 'Canary',
  metadata: { name: more.name ?? 'settings', namespace: app.namespace },
  spec: {
    targetRef: { name: app.name },
    service: { port: 9898, hosts: more.hosts ?? [app.host], gateways: [rig.mesh.gatewayName] },
    analysis: { ...ANALYSIS, ...more.analysis },
    ...more.spec,
  },
});

const pathOf = (app: App, name = 'settings'): string =>
  `/apis/headgate.dev/v1/namespaces/${app.namespace}/canaries/${name}`;

const statusOf = async (app: App, name?: string): Promise<Partial<CanaryStatus>> =>
  ((await rig.api.find(pathOf(app, name)))?.status ?? {}) as Partial<CanaryStatus>;

/** The status of a written Canary once a condition has a status and a reason. */
const told = (app: App, wanted: string, { name, type = 'Enrolled' }: { name?: string; type?: string } = {}) =>
  waitFor(`${type} of ${name ?? 'settings'} to be ${wanted}`, async () => {
    const { conditions = [] } = await statusOf(app, name);
    const found = conditions.find((condition) => condition.type === type);
    if (`${found?.status} ${found?.reason}` === wanted) return found;
    throw new Error(JSON.stringify(conditions));
  });

/** A whole release on a busy machine. */
const RELEASED = { timeoutMs: 90_000 };

const phase = (app: App, wanted: string) =>
  waitFor(
    `phase ${wanted}`,
    async () => {
      const status = await statusOf(app);
      if (status.phase === wanted) return status;
      throw new Error(JSON.stringify({ phase: status.phase, weight: status.canaryWeight, release: status.release }));
    },
    RELEASED,
  );

/** Enrolled, and reached through the gateway. */
async function served(app: App): Promise<void> {
  await phase(app, 'Initialized');
  const answers = async () => (await rig.gateway.request({ host: app.host })).status === 200;
  await waitFor(`the gateway to answer for ${app.host}`, answers);
}

const atWeight = (app: App, weight: number) =>
  waitFor(
    `weight ${weight}`,
    async () => {
      const status = await statusOf(app);
      return status.canaryWeight === weight && status.release?.weightSince !== undefined;
    },
    RELEASED,
  );

// Each has an app of its own.
t.jobs = 2;

void t.test('a Canary enrols the Deployment that it names, in any order, and releases it', async (t) => {
  const app = await App.deploy(rig, 'written');
  const pods = await app.stablePodIds();
  await app.kubectl(['delete', `deployment/${app.name}`, '--wait']);
  await app.apply(canaryOf(app));
  await told(app, 'False TargetNotFound');
  await app.apply(app.manifest('1.4.0', { enrolled: false }));
  await told(app, 'True Enrolled');
  await app.kubectl(['rollout', 'status', `deployment/${app.name}`, '--timeout=60s']);
  const { metadata } = await app.deployment();
  t.match(metadata.annotations, { 'headgate.dev/canary': 'canary/settings', 'headgate.dev/enrolled-by': 'canary' });
  t.equal(metadata.labels['headgate.dev/enrolled'], 'true', 'the gate is shut');
  t.not(pods.length, 0);

  await served(app);
  const load = app.load(30);
  const { stderr } = await app.setImage('1.4.1');
  t.match(stderr, /is held/);
  await phase(app, 'Succeeded');
  t.same(await app.stableTags(), ['1.4.1']);
  await servedAll(t, load);
  t.match((await statusOf(app)).history, [{ outcome: 'succeeded', images: ['podinfo:1.4.1'], weight: 40 }]);
  t.notOk(await app.record(), 'there is no other record');
  await app.delete();
});

void t.test('wrong words are refused with every problem at once, by the words of the Canary', async (t) => {
  const app = await App.deploy(rig, 'wrong');
  const wrong = canaryOf(app, { analysis: { interval: 'soon', webhooks: [{ name: 'load', url: 'nowhere' }] } });
  const { stderr } = await app.kubectl(['create', '--validate=false', '-f', '-'], {
    input: JSON.stringify(wrong),
    expectFail: true,
  });
  t.match(stderr, /spec\.analysis\.interval/);
  t.match(stderr, /spec\.analysis\.webhooks\[0\]\.url/);
  await app.delete();
});

void t.test(
  'a Deployment that cannot take part says so in the words of the webhook, and is enrolled once it can',
  async (t) => {
    const app = await App.deploy(rig, 'unfit', {
      change: ({ spec }) => {
        spec.revisionHistoryLimit = 0;
      },
    });
    await app.apply(canaryOf(app));
    const { message } = await told(app, 'False EnrolmentRefused');
    t.match(message, /spec\.revisionHistoryLimit = 0: would lose the running version/);
    t.match((await statusOf(app)).conditions, [
      { type: 'Ready', status: 'False' },
      {},
      { type: 'Stalled', status: 'True' },
    ]);
    await app.kubectl(['patch', `deployment/${app.name}`, '--type=merge', '-p', '{"spec":{"revisionHistoryLimit":5}}']);
    await told(app, 'True Enrolled');
    await app.delete();
  },
);

void t.test('edits take effect in mid-release, from the weight that it has', async (t) => {
  const app = await App.deploy(rig, 'edited');
  await app.apply(canaryOf(app, { analysis: { interval: '120s' } }));
  await served(app);
  const load = app.load(30);
  await app.setImage('1.4.1');
  await atWeight(app, 20);
  await untilLive(app, 20);
  const { startedAt = '' } = (await statusOf(app)).release ?? {};
  t.not(startedAt, '');
  await app.apply(canaryOf(app, { spec: { suspend: true } }));
  await phase(app, 'Paused');
  t.equal((await app.envoyWeight())['podinfo-canary'], 20, 'suspended at its weight');
  await app.apply(canaryOf(app, { analysis: { stepWeights: [20, 30, 70] }, spec: { suspend: false } }));
  const { release, history } = await phase(app, 'Succeeded');
  t.equal(release?.startedAt, startedAt, 'it is the same release');
  t.match(history, [{ outcome: 'succeeded', weight: 70 }], 'by the new weights');
  await servedAll(t, load);
  const { stderr } = await app.kubectl(
    ['patch', 'canary', 'settings', '--type=merge', '-p', '{"spec":{"targetRef":{"name":"x"}}}'],
    {
      expectFail: true,
    },
  );
  t.match(stderr, /cannot become another Deployment/);
  await app.delete();
});

void t.test('two owners of a Deployment, or of a host, are refused: who was there first stays', async (t) => {
  const [app, rival] = [await App.deploy(rig, 'owners'), await App.deploy(rig, 'rival')];
  await app.apply(canaryOf(app));
  await told(app, 'True Enrolled');
  await app.apply(canaryOf(app, { name: 'another' }));
  t.match((await told(app, 'False TargetTaken', { name: 'another' })).message, `${app.namespace}/settings`);
  await rival.apply(canaryOf(rival, { hosts: [app.host, rival.host] }));
  const { message } = await told(rival, 'True InvalidSpec', { type: 'Stalled' });
  t.match(message, `the host ${app.host} is that of Canary ${app.namespace}/settings`);
  const route = await waitFor('the route of the rival', () =>
    rig.api.find(`/apis/networking.istio.io/v1/namespaces/${rival.namespace}/virtualservices/podinfo`),
  );
  t.same(route.spec.hosts, ['podinfo', rival.host], 'without the host');

  await app.kubectl(['delete', 'canary', 'settings']);
  await told(app, 'True Enrolled', { name: 'another' });
  t.equal((await app.deployment()).metadata.annotations['headgate.dev/canary'], 'canary/another', 'it takes its place');
  await app.kubectl(['delete', 'canary', 'another']);
  await waitFor('the host to be its own', async () => {
    const { spec } = await rig.api.get(
      `/apis/networking.istio.io/v1/namespaces/${rival.namespace}/virtualservices/podinfo`,
    );
    return spec.hosts.includes(app.host);
  });
  await Promise.all([app.delete(), rival.delete()]);
});

void t.test('deleting a Canary in mid-release costs no request and leaves nothing paused', async (t) => {
  const app = await App.deploy(rig, 'deleted');
  await app.apply(canaryOf(app, { analysis: { interval: '120s' } }));
  await served(app);
  const pods = await app.stablePodIds();
  const load = app.load(60);
  await app.setImage('1.4.1');
  await atWeight(app, 20);
  await app.kubectl(['delete', 'canary', 'settings']);
  const { metadata, spec } = await waitFor('Headgate to be off', async () => {
    const deployment = await app.deployment();
    return deployment.metadata.labels['headgate.dev/enrolled'] === undefined && deployment;
  });
  t.notOk(spec.paused, 'it is not paused');
  t.equal(spec.template.spec.containers[0].image, 'podinfo:1.4.0', 'its template is the running one');
  t.same(
    Object.keys(metadata.annotations).filter((key) => key.startsWith('headgate.dev/')),
    [],
    'nothing is left on it',
  );
  t.same(await app.stablePodIds(), pods, 'no pod was restarted');
  t.notOk(await app.canaryDeployment(), 'the canary is gone');
  await app.setImage('1.4.2');
  await app.kubectl(['rollout', 'status', `deployment/${app.name}`, '--timeout=60s']);
  t.same(await app.stableTags(), ['1.4.2'], 'it rolls out like any Deployment');
  await servedAll(t, load);
  await app.delete();
});

void t.test('a Canary that annotations made is not edited, until its Deployment names it', async (t) => {
  const app = await App.enrolled(rig, 'handover', { annotations: { metrics: '[]' } });
  const edit = ['patch', 'canary', app.name, '--type=merge', '-p', '{"spec":{"analysis":{"threshold":7}}}'];
  t.match((await app.kubectl(edit, { expectFail: true })).stderr, /is made from the annotations of its Deployment/);
  const own = Object.keys(app.annotations()).filter((key) => key !== 'headgate.dev/canary');
  await app.kubectl([
    'annotate',
    '--overwrite',
    `deployment/${app.name}`,
    `headgate.dev/canary=canary/${app.name}`,
    ...own.map((key) => `${key}-`),
  ]);
  await waitFor(
    'the Canary to be handed over',
    async () => (await app.record()).metadata.ownerReferences === undefined,
  );
  await app.kubectl(edit);
  await app.setImage('1.4.1');
  await app.phase('Succeeded');
  t.equal((await app.record()).spec.analysis.threshold, 7);
  await app.delete();
});
