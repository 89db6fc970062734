import t from 'tap';
import { type Json, type Load, openRig, waitFor } from '../../rig/rig.ts';
import { AdmissionTraffic } from './admission-traffic.ts';
import { App } from './app.ts';
import { servedAll } from './failures.ts';
import { isLeft, remainsOf } from './left-behind.ts';
import { Release } from './release.ts';

const RPS = 20;
const CONFIGURATION = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/headgate';
const SECRET = '/api/v1/namespaces/headgate/secrets/headgate-webhook-tls';

/** The chart from its installation to its end, by one version of Helm. */
export function tellStory(helm: 'helm3' | 'helm4'): void {
  const rig = openRig();
  const release = new Release(rig, { helm });
  t.before(() => release.install());
  t.teardown(() => rig.close());

  // One release has nothing to do with the other.
  t.jobs = 2;
  t.test('a release goes through what was installed', async (t) => {
    const app = await App.enrolled(rig, 'installed', { annotations: { 'step-weights': '50' } });
    const load = app.load(40);
    await app.setImage('1.4.1');
    await app.phase('Succeeded', 120_000);
    await servedAll(t, load);
    t.same(await app.stableTags(), ['1.4.1']);
    await app.delete();
  });

  t.test('an upgrade replaces every webhook under traffic: no admission is refused', async (t) => {
    const app = await App.enrolled(rig, 'upgraded', { annotations: { 'step-weights': '20,40,60', metrics: '[]' } });
    const load = app.load(30);
    const [before, certificate, bundle] = [await release.pods('webhook'), await data(), await bundles()];
    const traffic = await AdmissionTraffic.start(rig, { rps: RPS });
    await waitFor('traffic', () => traffic.admitted.length > RPS);
    await app.setImage('1.4.1');
    await app.atWeight(20);
    await release.upgrade('--set', 'logLevel=debug');
    const gone = async () => (await release.pods('webhook')).every((pod) => !before.includes(pod));
    await waitFor('the webhooks of before to be gone', gone);
    const admitted = await traffic.stop();
    const refused = admitted.flatMap(({ refused }) => refused ?? []);
    t.same(refused, [], `none of ${admitted.length} admissions failed`);
    t.ok(
      admitted.every(({ held }) => held),
      'a webhook judged every one',
    );
    t.same(await data(), certificate, 'the certificate is the one of before');
    t.same(await bundles(), bundle, 'and so is what API servers trust');
    await app.phase('Succeeded', 120_000);
    await servedAll(t, load);
    await app.delete();
  });

  const data = async () => (await rig.api.get(SECRET))['data'] as Json;
  const bundles = async () =>
    (await rig.api.get(CONFIGURATION))['webhooks'].map((webhook: Json) => webhook.clientConfig.caBundle);

  t.test('it is uninstalled in mid-release under traffic', { buffered: false }, async (t) => {
    const { apps, loads } = await midway();
    const [shifting, failed, paused, rolling] = apps;
    if (!shifting || !failed || !paused || !rolling) throw new Error('four apps are needed');
    const pods = await Promise.all([shifting, failed, paused].map((app) => app.stablePodIds()));
    const began = Date.now();
    const { stdout } = await release.uninstall();
    t.match(stdout, /canaries\.headgate\.dev/, 'Helm says that the definition is kept');
    t.comment(`it took ${Date.now() - began} ms`);
    t.same(await remainsOf(shifting, release.namespace), [], 'nothing else is');
    t.same(
      await pausedOrMarked(),
      [`${paused.namespace}/${paused.name}`],
      'nothing is paused but by its user, nothing is held',
    );
    for (const app of [shifting, failed, paused]) {
      await t.test(`${app.namespace} runs what it ran`, async (t) => isLeft(t, app, '1.4.0'));
    }
    await t.test(`${rolling.namespace} runs what was promoted`, async (t) => isLeft(t, rolling, '1.4.1'));
    t.same(
      await Promise.all([shifting, failed, paused].map((app) => app.stablePodIds())),
      pods,
      'no pod was restarted',
    );
    for (const app of [shifting, failed, rolling]) t.notOk((await app.deployment()).spec.paused, 'not paused');
    t.ok((await paused.deployment()).spec.paused, 'what its user had paused is so still');
    await paused.kubectl(['rollout', 'resume', `deployment/${paused.name}`]);
    await Promise.all(apps.map(rollsNatively));
    for (const app of apps)
      t.same(await app.stableTags(), ['1.5.0'], `${app.namespace} rolled out like any Deployment`);
    for (const load of loads) {
      await servedAll(t, load);
    }
  });

  /** Also those of the test before, which have no pods. */
  async function pausedOrMarked(): Promise<string[]> {
    const all: Json[] = await rig.api.list('/apis/apps/v1/deployments');
    const left = all.filter(({ metadata, spec }) => {
      const { labels = {}, annotations = {} } = metadata;
      return spec.paused || annotations['headgate.dev/held'] || labels['headgate.dev/enrolled'];
    });
    return left.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  }

  t.test('it is installed again beside the definition that was kept', { buffered: false }, async (t) => {
    await release.install();
    await release.uninstall();
    t.pass('and uninstalled');
  });

  /** One at a weight, one that has failed, one that waits for its user, one that rolls out what was promoted. */
  async function midway(): Promise<{ apps: App[]; loads: Load[] }> {
    // What is measured is not of interest here; a busy machine is slow.
    const annotations = { 'step-weights': '30,60', interval: '60s', metrics: '[]' };
    const short = { ...annotations, 'step-weights': '30', interval: '2s' };
    const apps = await Promise.all([
      App.enrolled(rig, 'shifting', { annotations }),
      App.enrolled(rig, 'failed', { annotations: { ...short, 'progress-deadline': '6s' } }),
      App.enrolled(rig, 'paused', { annotations }),
      App.enrolled(rig, 'rolling', { annotations: short, replicas: 4, change: slowly }),
    ]);
    const [shifting, failed, paused, rolling] = apps;
    const loads = apps.map((app) => app.load(25));
    await paused.kubectl(['rollout', 'pause', `deployment/${paused.name}`]);
    await Promise.all([shifting.setImage('1.4.1'), failed.setImage('1.4.1-unready'), paused.setImage('1.4.1')]);
    await Promise.all([shifting.atWeight(30), failed.phase('Failed'), paused.phase('Waiting')]);
    await rolling.setImage('1.4.1');
    await rolling.phase('Promoting');
    return { apps, loads };
  }
}

/** Its roll-out takes long enough to be met half-way. */
function slowly(deployment: Json): void {
  deployment.spec.minReadySeconds = 4;
}

async function rollsNatively(app: App): Promise<void> {
  await app.setImage('1.5.0');
  await app.kubectl(['rollout', 'status', `deployment/${app.name}`, '--timeout=120s']);
}
