import t from 'tap';
import type { CanaryStatus } from '../../src/rollout/machine/status.ts';
import { type AuditFilter, openRig, waitFor } from '../rig/rig.ts';
import { App } from './support/app.ts';
import { servedAll } from './support/failures.ts';
import { steer } from './support/headgate.ts';
import { userRule } from './support/mesh-objects.ts';
import { twoWindows } from './support/requests.ts';

const rig = openRig();
t.teardown(() => rig.close());
/** Most of each story is a look at twenty seconds. */
t.jobs = 2;

const NAME = 'podinfo-canary';
const SETTINGS = { 'step-weights': '50', metrics: '[]' };
const WRITES = /^(create|update|patch|delete)$/;

/** Somebody's own Deployment of the name, as a chart of theirs brings it. */
function neighbour(app: App): object {
  const labels = { app: NAME, 'app.kubernetes.io/managed-by': 'Helm' };
  const made = app.manifest('1.3.0', { enrolled: false });
  return {
    ...made,
    metadata: { name: NAME, labels, annotations: { 'meta.helm.sh/release-name': 'experiments' } },
    spec: { ...(made['spec'] as object), replicas: 1, selector: { matchLabels: { app: NAME } }, template: pods(made) },
  };
}

const pods = (made: Record<string, unknown>): object => {
  const { template } = made['spec'] as { template: { spec: object } };
  return { ...template, metadata: { labels: { app: NAME } } };
};

const ours = (app: App) => ({ userAgent: /^headgate-/, namespace: app.namespace, name: NAME, verb: WRITES });
/** The status once it says that the name is missed: a release may wait for something else before. */
const nameMissed = (app: App): Promise<CanaryStatus> =>
  app.until('the name to be missed', ({ phase, release }) => phase === 'Waiting' && release?.reason === 'NameTaken');
/** In which the name is found to be taken, its release goes back to wait, and the next look is planned; from a second before on. */
const BURST_MS = 4_000;
/** It is not looked for sooner than this after the last time, less what the API server takes. */
const SELDOM_MS = 3_800;
/** A second before Headgate asked about the name first: it asks again after 5, 10 and 20 s, and no border of a window of ten is near. */
const beforeAsked = ({ namespace }: App, filter: AuditFilter): number =>
  Math.min(...rig.audit.find({ userAgent: /^headgate-/, namespace, ...filter }).map(({ at }) => at)) - 1_000;
const named = (app: App, kind: string) =>
  app.kubectl(['get', kind, NAME, '-o', 'name', '--ignore-not-found']).then(({ stdout }) => stdout.trim());

t.test(
  'a Deployment of the canary’s name: the release waits, says whose it is, and starts when it is gone',
  async (t) => {
    const app = await App.deploy(rig, 'taken', { annotations: SETTINGS });
    await app.apply(neighbour(app));
    await app.kubectl(['rollout', 'status', `deployment/${NAME}`, '--timeout=60s']);
    await app.enrol();
    const load = app.load(50);
    const from = Date.now();
    await app.release('1.4.1');
    const { release, conditions } = await nameMissed(app);
    t.match(
      release?.message,
      /^Deployment podinfo-canary is not Headgate's \(it is of the Helm release experiments, it was written by kubectl.*\); nothing of it is changed\. Delete it or give it another name/,
    );
    t.match(conditions[1], { type: 'Reconciling', status: 'True', reason: 'NameTaken' });
    t.match(await app.told('NameTaken'), /experiments/);
    t.match((await steer(app, 'get')).stdout, /Deployment podinfo-canary +canary +is not Headgate's/);

    const about = { name: NAME };
    const [first, next] = await twoWindows(app, about, beforeAsked(app, { ...about, sinceMs: from }));
    t.ok(first >= 1 && first <= 5, `${first} requests about it in ten seconds`);
    // Whoever looks meanwhile, as the rig does every 5 s, asks as well, if that was not done 4 s ago.
    t.ok(next <= first, `${next} in the next ten`);
    t.equal(rig.audit.count({ ...ours(app), sinceMs: from }), 0, 'none of them a write');
    t.same(await Promise.all(['service', 'destinationrule'].map((kind) => named(app, kind))), ['', '']);
    t.equal((await app.canaryDeployment()).spec.template.spec.containers[0].image, 'podinfo:1.3.0');

    await app.kubectl(['delete', 'deployment', NAME]);
    await app.phase('Succeeded', 120_000);
    t.same(await app.stableTags(), ['1.4.1']);
    t.equal((await app.reasons()).filter((reason) => reason === 'NameTaken').length, 1, 'told once');
    await servedAll(t, load);
    await app.delete();
  },
);

t.test('one that comes between the look and the creation is met without insisting', async (t) => {
  const app = await App.enrolled(rig, 'raced', { annotations: { ...SETTINGS, suspend: 'true' } });
  await app.release('1.4.1');
  await app.phase('Waiting');
  await app.apply(neighbour(app));
  const from = Date.now();
  await app.kubectl(['annotate', 'deployment/podinfo', 'headgate.dev/suspend-']);
  await nameMissed(app);
  const about = { name: NAME, resource: 'deployments' };
  const begun = beforeAsked(app, { ...about, sinceMs: from });
  await twoWindows(app, about, begun);
  const asked = rig.audit.find({ userAgent: /^headgate-/, namespace: app.namespace, ...about, sinceMs: begun });
  const log = asked.map(({ verb, at }) => `${verb} after ${at - begun} ms`).join(', ');
  const [burst, later] = [
    asked.filter(({ at }) => at < begun + BURST_MS),
    asked.filter(({ at }) => at >= begun + BURST_MS),
  ];
  t.ok(
    burst.length >= 1 && burst.length <= 5 && burst.filter(({ verb }) => verb === 'create').length <= 2,
    `it finds out: ${log}`,
  );
  const isRare = later.every(({ at }, index) => at - (later[index - 1] ?? burst.at(-1))!.at >= SELDOM_MS);
  t.ok(isRare, `and looks seldom from then on: ${log}`);
  t.equal((await app.canaryDeployment()).spec.template.spec.containers[0].image, 'podinfo:1.3.0', 'it is left alone');
  await app.kubectl(['delete', 'deployment', NAME]);
  await app.phase('Succeeded', 120_000);
  await app.delete();
});

t.test('a Service of the canary’s name is given no traffic', async (t) => {
  const app = await App.deploy(rig, 'service-taken', { annotations: SETTINGS });
  const selector = { app: 'elsewhere' };
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: NAME, labels: { 'app.kubernetes.io/managed-by': 'terraform' } },
    spec: { selector, ports: [{ port: 9898 }] },
  };
  await app.apply(service);
  await app.enrol();
  await app.release('1.4.1');
  const { release } = await nameMissed(app);
  t.match(release?.message, /^Service podinfo-canary is not Headgate's \(it is managed by terraform/);
  t.notOk(await app.canaryDeployment(), 'nothing is made beside it');
  await app.kubectl(['delete', 'service', NAME]);
  await app.phase('Succeeded', 120_000);
  await app.delete();
});

t.test('a DestinationRule of the canary’s name that is for another host is not written over', async (t) => {
  const app = await App.deploy(rig, 'rule-taken', { annotations: SETTINGS });
  const policy = { connectionPool: { tcp: { maxConnections: 7 } } };
  await app.apply(userRule('podinfo', 'podinfo', policy));
  await app.apply(userRule(NAME, 'elsewhere', policy));
  await app.enrol();
  await app.release('1.4.1');
  const { release } = await nameMissed(app);
  t.match(release?.message, /^DestinationRule podinfo-canary is not Headgate's/);
  await app.kubectl(['delete', 'destinationrule', NAME]);
  await app.phase('Succeeded', 120_000);
  await waitFor('a rule of its own', async () => (await named(app, 'destinationrule')) !== '');
  await app.delete();
});
