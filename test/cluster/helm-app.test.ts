import t, { type Test } from 'tap';
import { openRig, waitFor } from '../rig/rig.ts';
import { App } from './support/app.ts';
import { Clients } from './support/clients.ts';
import { RouteLog } from './support/route-log.ts';
import { generated, WEIGHTS } from './support/user-app.ts';
import { type HelmProgram, UserChart } from './support/user-chart.ts';
import { routeObject, serviceObject } from './support/user-objects.ts';
import { storedOf, throughWeights } from './support/whole-life.ts';

const rig = openRig();
const log = new RouteLog(rig);
t.teardown(async () => {
  await log.close();
  await rig.close();
});

/** Everything that Headgate and Kubernetes make for an app. */
const KINDS = 'deployments,replicasets,pods,services,virtualservices,destinationrules,canaries.headgate.dev';

/** A release of the tag, that is held first, and at each weight heard by every client. */
async function promoted(t: Test, app: App, { to, from, clients }: Promoted): Promise<void> {
  t.same(await app.stableTags(), [from], `${to} is held`);
  await throughWeights({ app }, to, clients);
  await app.phase('Succeeded');
  t.same(await app.stableTags(), [to]);
}

interface Promoted {
  to: string;
  from: string;
  clients: Clients;
}

async function wholeStory(t: Test, helm: HelmProgram): Promise<void> {
  const app = await App.in(rig, helm);
  const chart = new UserChart(app, helm);
  await chart.install();
  await app.phase('Initialized');
  const mesh = { via: 'mesh', host: `podinfo.${app.namespace}`, port: 8080 } as const;
  const clients = await Clients.of(rig, [{ host: app.host }, mesh]);

  await chart.upgrade({ tag: '1.4.1' });
  await app.atWeight(WEIGHTS[0]);
  await chart.upgrade({ tag: '1.4.1' });
  await promoted(t, app, { to: '1.4.1', from: '1.4.0', clients });
  await chart.rollback(1);
  await promoted(t, app, { to: '1.4.0', from: '1.4.1', clients });
  t.same(log.weightsSeen(app), [0, ...WEIGHTS, 0, ...WEIGHTS, 0], 'an upgrade in mid-release moves no weight');
  await clients.servedAll(t);

  await chart.upgrade({ tag: '1.4.2' });
  await app.atWeight(WEIGHTS[0]);
  await chart.uninstall();
  await waitFor('nothing to be left', async () => {
    const { stdout } = await app.kubectl(['get', KINDS, '-o', 'name']);
    if (stdout !== '') throw new Error(stdout);
    return true;
  });
  await app.delete();
}

/** What has a chart's release take over what is there. Helm 3 merges: without `--force` it would leave what it is not given. */
const TAKING: Readonly<Record<HelmProgram, readonly string[]>> = {
  helm3: ['--take-ownership', '--force'],
  helm4: ['--take-ownership'],
};

/** The Deployment is installed alone, so that Service and route are Headgate's; a later version of the chart brings its own. */
async function takeOver(t: Test, helm: HelmProgram): Promise<void> {
  const app = await App.in(rig, `${helm}-later`);
  const chart = new UserChart(app, helm);
  await chart.install({ exposed: true, routed: false });
  await waitFor('what Headgate makes', async () => (await generated(app)).length === 2);
  const clients = await Clients.of(rig, [{ host: app.host }]);
  const whole = { exposed: true, routed: true };
  await t.rejects(chart.upgrade(whole), { message: /invalid ownership metadata/ }, 'Helm wants to be told');
  t.equal((await generated(app)).length, 2, 'and nothing has changed');

  await chart.upgrade(whole, ...TAKING[helm]);
  t.same(await generated(app), [], 'Service and route are the chart’s');
  const [service, route] = [serviceObject('podinfo', []), routeObject('podinfo', {})];
  const { 'Service podinfo': ports, 'VirtualService podinfo': rules } = await storedOf(app, [service, route]);
  t.match(ports, { ownerReferences: undefined, spec: { ports: [{ port: 8080, targetPort: 'http' }] } });
  t.equal(ports.spec.ports.length, 1, 'with no port of Headgate’s');
  const http = [{ timeout: '9s', route: [{ destination: { host: 'podinfo' } }] }];
  t.match(rules, { ownerReferences: undefined, annotations: { 'meta.helm.sh/release-name': 'podinfo' } });
  t.same(rules.spec, { hosts: [app.host], gateways: [rig.mesh.gatewayName], http });

  await chart.upgrade({ ...whole, tag: '1.4.1' });
  await throughWeights({ app }, '1.4.1', clients);
  await app.phase('Succeeded');
  await clients.servedAll(t);
  await chart.uninstall();
  await app.delete();
}

t.jobs = 4;
for (const helm of ['helm3', 'helm4'] as const) {
  const options = { buffered: true, timeout: 150_000 };
  t.test(`${helm}: from install to uninstall`, options, (t) => wholeStory(t, helm));
  t.test(`${helm}: a chart that takes over what Headgate made`, options, (t) => takeOver(t, helm));
}
