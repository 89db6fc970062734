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

async function wholeStory(t: Test, helm: HelmProgram): Promise<void> {
  const app = await App.in(rig, helm);
  const chart = new UserChart(app, helm);
  await chart.install();
  await app.phase('Initialized');
  const mesh = { via: 'mesh', host: `podinfo.${app.namespace}`, port: 9898 } as const;
  const clients = await Clients.of(rig, [{ host: app.host }, mesh]);

  await chart.upgrade({ tag: '1.4.1' });
  await app.atWeight(WEIGHTS[0]);
  await chart.upgrade({ tag: '1.4.1' });
  t.same(await app.stableTags(), ['1.4.0'], 'the new tag is held');
  await throughWeights({ app }, '1.4.1', clients);
  await app.phase('Succeeded');
  t.same(await app.stableTags(), ['1.4.1']);
  t.same(log.weightsSeen(app), [0, ...WEIGHTS, 0], 'an upgrade in mid-release moves no weight');

  await chart.rollback(1);
  await app.until('the way back', ({ phase, release }) => phase === 'Succeeded' && release?.path === 'wayBack');
  t.same(await app.stableTags(), ['1.4.0'], 'a rollback to the version before needs no canary');
  await clients.hear('1.4.0');
  await clients.servedAll(t);

  await chart.upgrade({ tag: '1.4.2' });
  await app.atWeight(WEIGHTS[0]);
  await chart.uninstall();
  const isGone = async (): Promise<boolean> => {
    const { stdout } = await app.kubectl(['get', KINDS, '-o', 'name']);
    if (stdout !== '') throw new Error(stdout);
    return true;
  };
  await waitFor('nothing to be left', isGone, { timeoutMs: 60_000 });
  await app.delete();
}

interface Taking {
  helm: HelmProgram;
  /** What has a release take over what is of none. */
  flags: readonly string[];
  /** Where Helm merges, it would leave what it is not given: this alone is refused. */
  refused?: readonly string[];
}

const TAKINGS: Readonly<Record<string, Taking>> = {
  'Helm 3': { helm: 'helm3', flags: ['--take-ownership', '--force'], refused: ['--take-ownership'] },
  'Helm 4': { helm: 'helm4', flags: ['--take-ownership'] },
  'Helm 4 on the client side': {
    helm: 'helm4',
    flags: ['--take-ownership', '--server-side=false', '--force-replace'],
    refused: ['--take-ownership', '--server-side=false'],
  },
};

/** The Deployment is installed alone, so that Service and route are Headgate's; a later version of the chart brings its own. */
async function takeOver(t: Test, { helm, flags, refused }: Taking): Promise<void> {
  const app = await App.in(rig, `${helm}-later`);
  const chart = new UserChart(app, helm);
  await chart.install({ exposed: true, routed: false });
  await waitFor('what Headgate makes', async () => (await generated(app)).length === 2);
  const clients = await Clients.of(rig, [{ host: app.host }]);
  const whole = { exposed: true, routed: true };
  await t.rejects(chart.upgrade(whole), { message: /invalid ownership metadata/ }, 'Helm wants to be told');
  const merging = refused && chart.upgrade(whole, ...refused);
  if (merging) await t.rejects(merging, { message: /made and changed by Headgate alone/ });
  t.equal((await generated(app)).length, 2, 'and nothing has changed');

  await chart.upgrade(whole, ...flags);
  t.same(await generated(app), [], 'Service and route are the chart’s');
  const [service, route] = [serviceObject('podinfo', []), routeObject('podinfo', {})];
  const { 'Service podinfo': ports, 'VirtualService podinfo': rules } = await storedOf(app, [service, route]);
  t.match(ports, { ownerReferences: undefined, spec: { ports: [{ port: 9898, targetPort: 'http' }] } });
  const http = [{ timeout: '9s', route: [{ destination: { host: 'podinfo' } }] }];
  t.match(rules, { ownerReferences: undefined, annotations: { 'meta.helm.sh/release-name': 'podinfo' } });
  t.same(rules.spec, { hosts: [app.host, 'podinfo'], gateways: [rig.mesh.gatewayName, 'mesh'], http });

  await chart.upgrade({ ...whole, tag: '1.4.1' });
  await throughWeights({ app }, '1.4.1', clients);
  await app.phase('Succeeded');
  await clients.servedAll(t);
  await chart.uninstall();
  await app.delete();
}

t.jobs = 5;
for (const helm of ['helm3', 'helm4'] as const) {
  t.test(`${helm}: from install to uninstall`, { buffered: true }, (t) => wholeStory(t, helm));
}
for (const [name, taking] of Object.entries(TAKINGS)) {
  t.test(`${name}: a chart that takes over what Headgate made`, { buffered: true }, (t) => takeOver(t, taking));
}
