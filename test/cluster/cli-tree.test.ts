import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { boundsText, valueText } from '../../src/cli/tree/checks.ts';
import type { Json } from '../rig/rig.ts';
import { openRig, waitFor } from '../rig/rig.ts';
import { App } from './support/app.ts';
import { ended, headgate, MAIN, plugin, steer } from './support/headgate.ts';
import { atLiveWeight } from './support/live-weight.ts';

const rig = openRig();
t.teardown(() => rig.close());

/** Metrics over real traffic, and time enough at 20 % to pause there. */
const MEASURED = { 'step-weights': '10,20,50', interval: '15s' };

const podNames = async (app: App): Promise<string[]> => {
  const pods: Json[] = await rig.api.list(`/api/v1/namespaces/${app.namespace}/pods`);
  return pods.map((pod) => pod.metadata.name as string).toSorted();
};

/** Paused at 20 %: nothing moves while it is looked at. */
async function pausedAt20(prefix: string): Promise<App> {
  const app = await App.enrolled(rig, prefix, { annotations: MEASURED });
  const load = app.load(50);
  await app.setImage('1.4.1');
  await atLiveWeight(app, 20);
  const pause = await steer(app, 'pause');
  await load.stop();
  if (pause.code !== 0) throw new Error(pause.stderr);
  return app;
}

async function seenByOthers(t: Test, app: App): Promise<void> {
  await app.kubectl(['create', 'serviceaccount', 'guest']);
  await app.kubectl(['create', 'role', 'guest', '--verb=get,list', '--resource=canaries.headgate.dev']);
  await app.kubectl(['create', 'rolebinding', 'guest', '--role=guest', `--serviceaccount=${app.namespace}:guest`]);
  const options = { kubeconfig: await rig.serviceAccountKubeconfig(app.namespace, 'guest') };
  const guest = await headgate(rig, ['get', app.name], options);
  t.equal(guest.code, 0, guest.stderr);
  const unseen = `Not shown, as you may not read them in namespace ${app.namespace}: `;
  t.match(guest.stdout, `─ ${unseen}deployments, pods, virtualservices\n`);
  t.match(guest.stdout, /─ Checks [^]*request-success-rate/);
  t.notMatch(guest.stdout, /Pod |VirtualService podinfo/);

  const binding = ['--clusterrole=view', `--serviceaccount=${app.namespace}:guest`];
  await app.kubectl(['create', 'rolebinding', 'viewer', ...binding]);
  const viewer = await headgate(rig, ['get', app.name], options);
  t.match(viewer.stdout, /Pod podinfo-\S+ +ready/);
  t.match(viewer.stdout, `─ ${unseen}virtualservices\n`);
}

/** The cells of each line of a tree or a table. */
const cellsOf = (stdout: string): string[][] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^[│├└─ ]+/, '').split(/ {2,}/));

// Each has an app of its own.
t.jobs = 2;

void t.test('the tree shows what is in the cluster', async (t) => {
  const app = await pausedAt20('tree');
  const { code, stdout, stderr } = await steer(app, 'get');
  t.equal(code, 0, stderr);
  t.comment(stdout);
  const [head = [], ...lines] = cellsOf(stdout);
  const line = (first: string): string[] => lines.find(([cell]) => cell === first)?.slice(1) ?? [];

  const { release, stable } = await app.status();
  const { revision = '', checks = [] } = release ?? {};
  t.match(head, [`${app.namespace}/podinfo`, /^Paused for /, 'weight 20%', 'step 2/3', 'failed checks 0 of 3']);
  t.match(lines[0], [new RegExp(`^revision ${revision} \\(asked for by \\S+, \\S+ ago\\); ${stable?.revision} runs$`)]);
  t.strictSame(line('Deployment podinfo'), ['stable', '2/2 available', stable?.revision, 'podinfo:1.4.0']);
  t.strictSame(line('Deployment podinfo-canary'), ['canary', '1/1 available', revision, 'podinfo:1.4.1']);
  t.ok(lines.some(([cell]) => cell === `held: revision ${revision}, podinfo:1.4.1`));

  const pods = lines.filter(([cell = '', standing]) => cell.startsWith('Pod ') && standing === 'ready');
  t.strictSame(
    pods.map(([cell = '']) => cell.slice('Pod '.length)).toSorted(),
    await podNames(app),
    'the pods that there are',
  );

  const { podinfo, 'podinfo-canary': canary } = await app.envoyWeight();
  t.strictSame(line('VirtualService podinfo'), [`podinfo ${podinfo}%, podinfo-canary ${canary}%`], 'as Envoy has it');
  t.equal(canary, 20);

  const shown = lines.filter(([cell]) => cell === 'ok');
  t.equal(checks.length, 2);
  t.strictSame(
    shown,
    checks.map((check) => ['ok', check.metric, valueText(check), boundsText(check)]),
    'as measured',
  );
  t.ok(lines.some(([cell]) => cell === `headgate resume podinfo -n ${app.namespace}`));

  await t.test('who may read less sees less, and what it is', (t) => seenByOthers(t, app));
  await t.test('-o wide has addresses and nodes, -o json the Canary', async (t) => {
    const pod = (await app.stablePods())[0];
    const wide = await steer(app, 'get', '-o', 'wide');
    t.match(wide.stdout, new RegExp(`Pod ${pod.metadata.name} +${pod.status.podIP} +${pod.spec.nodeName} +ready`));
    const json = JSON.parse((await steer(app, 'get', '-o', 'json')).stdout);
    t.match(json, { kind: 'Canary', status: { phase: 'Paused', release: { checks } } });
  });
  await t.test('its name is completed from the cluster', (t) => completed(t, app));
  await app.delete();
});

/** Candidates are offered as far as they can be had in time: on a busy machine, another try gets them. */
async function completed(t: Test, app: App): Promise<void> {
  const names = await waitFor('the name of the canary', async () => {
    const { stdout } = await headgate(rig, ['__complete', '--', 'get', '-n', app.namespace, 'po']);
    return stdout !== ':4\n' && stdout;
  });
  t.equal(names, 'podinfo\tPaused\n:4\n');
  const namespaces = await waitFor('the namespaces', async () => {
    const { stdout } = await headgate(rig, ['__complete', '--', 'get', '-n', 'tree']);
    return stdout !== ':4\n' && stdout;
  });
  t.ok(namespaces.split('\n').includes(app.namespace));

  const dir = t.testdir({
    bin: { 'kubectl-headgate': plugin },
    as: { 'kubectl_complete-headgate': t.fixture('symlink', MAIN) },
  });
  const completer = join(dir, 'bin', 'kubectl_complete-headgate');
  await writeFile(completer, `#!/bin/sh\nexec ${process.execPath} ${dir}/as/kubectl_complete-headgate "$@"\n`);
  for (const file of [completer, join(dir, 'bin', 'kubectl-headgate')]) await chmod(file, 0o755);
  const env = { PATH: `${dir}/bin:${process.env['PATH']}`, KUBECONFIG: rig.file.kubeconfig };
  const words = ['__complete', 'headgate', 'abort', '-n', app.namespace, ''];
  const asked = await waitFor('kubectl to complete the name', async () => {
    const { stdout } = await ended(join(rig.file.bin, 'kubectl'), words, env);
    return stdout !== ':4\n' && stdout;
  });
  t.equal(asked, 'podinfo\tPaused\n:4\n', 'kubectl asks the plugin, too');
}

void t.test('the history tells of a success, a failure and a revision that gave way', async (t) => {
  const app = await App.enrolled(rig, 'history', {
    annotations: { metrics: '[]', interval: '5m', 'step-weights': '50' },
  });
  const none = await steer(app, 'history');
  t.match(none, { code: 0, stdout: '', stderr: /^No releases of \S+\/podinfo yet\.\n$/ });

  await app.release('1.4.1');
  await app.atWeight(50);
  t.match(await steer(app, 'promote'), { code: 0 });
  const first = (await app.phase('Succeeded')).revision;
  const second = (await app.release('1.4.2')).revision;
  await app.atWeight(50);
  t.match(await steer(app, 'abort'), { code: 0 });
  await app.phase('Failed');
  const third = (await app.release('1.5.0')).revision;
  const fourth = (await app.release('1.5.1')).revision;
  await app.phase('Progressing');

  const { code, stdout } = await steer(app, 'history');
  t.comment(stdout);
  t.equal(code, 0);
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/));
  t.strictSame(rows[0], [
    'REVISION',
    'OUTCOME',
    'STARTED',
    'TOOK',
    'WEIGHT',
    'IMAGES',
    'REQUESTED BY',
    'DECIDED',
    'REASON',
  ]);
  t.match(
    rows
      .slice(1)
      .map(([revision, outcome, , , weight, images, , , reason]) => [revision, outcome, weight, images, reason]),
    [
      [fourth, 'Progressing', /^(0|50)$/, 'podinfo:1.5.1', '-'],
      [third, 'superseded', /^(0|50)$/, 'podinfo:1.5.0', '-'],
      [second, 'failed', '50', 'podinfo:1.4.2', 'Aborted'],
      [first, 'succeeded', '50', 'podinfo:1.4.1', '-'],
    ],
  );
  const past = JSON.parse((await steer(app, 'history', '-o', 'json')).stdout).slice(1);
  t.strictSame(past, (await app.status()).history);
  t.match(
    (await steer(app, 'history', '-o', 'wide')).stdout,
    new RegExp(`^${second} .* was aborted by command of rig-admin$`, 'm'),
  );
  await app.delete();
});
