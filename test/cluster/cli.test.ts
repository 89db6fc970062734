import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { revisionOf } from '../../src/rollout/workload/template.ts';
import { openRig } from '../rig/rig.ts';
import { App } from './support/app.ts';
import { ended, headgate, plugin, steer, watching } from './support/headgate.ts';

const rig = openRig();
t.teardown(() => rig.close());

/** Time decides alone: no metric, so no traffic is needed. */
const TIMED = { metrics: '[]', interval: '2s' };
/** For a release that must still be under way after some commands, on a machine with other work too. */
const LONG = { ...TIMED, interval: '6s' };

const wantedRevision = async (app: App): Promise<string> => revisionOf((await app.deployment()).spec.template);

/** Phase and weight of each line of `status --watch`. */
const told = (stdout: string): string[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^\S+Z +(\w+) +weight (\d+)%.*$/, '$1 $2'));

// Each has an app of its own.
t.jobs = 2;

void t.test('a release is followed from its first moment to its promotion', async (t) => {
  // Longer than the command line needs to start on a machine with other work.
  const app = await App.enrolled(rig, 'cli-good', { annotations: { ...TIMED, interval: '4s' } });
  const idle = await steer(app, 'status');
  t.match(idle, { code: 0, stdout: /^Status: +Initialized for /m });

  await app.setImage('1.4.1');
  const [watched, now] = await Promise.all([watching(app).end, steer(app, 'status')]);
  t.equal(now.code, 4, 'without --watch it is under way');
  t.equal(watched.code, 0, watched.stderr);
  const lines = told(watched.stdout);
  const weights = lines.filter((line) => line.startsWith('Progressing')).map((line) => Number(line.split(' ')[1]));
  const plan = [0, 10, 20, 30, 40, 50];
  t.strictSame([...new Set(weights)], plan.slice(plan.indexOf(weights[0] ?? 50)), 'every weight since it looked first');
  t.match(lines.at(-1), 'Succeeded 0');

  const { stdout } = await headgate(rig, ['get', '-n', app.namespace]);
  t.match(
    stdout,
    /^NAME +STATUS +WEIGHT +STEP +FAILED +REVISION +LAST TRANSITION +AGE\npodinfo +Succeeded +0 +5\/5 +0 /,
  );
  const all = await headgate(rig, ['get', '-A', '-o', 'json']);
  const names = JSON.parse(all.stdout).items.map(
    (item: { metadata: { namespace: string } }) => item.metadata.namespace,
  );
  t.ok(names.includes(app.namespace));
  const one = parse((await steer(app, 'get', '-o', 'yaml')).stdout);
  t.match(one, {
    kind: 'Canary',
    metadata: { name: 'podinfo', managedFields: undefined },
    status: { phase: 'Succeeded' },
  });
  await app.delete();
});

void t.test('a release is paused, resumed and promoted; then there is nothing to pause', async (t) => {
  const app = await App.enrolled(rig, 'cli-steer', { annotations: LONG });
  await app.setImage('1.4.1');
  await app.atWeight(10);
  t.match(await steer(app, 'pause'), { code: 0, stdout: /^\S+\/podinfo: pause: done; now Paused at weight \d0%\n$/ });
  t.match(await steer(app, 'status', '--watch', '--timeout', '4s'), {
    code: 3,
    stderr: /podinfo is still Paused after 4s/,
  });
  t.match(await steer(app, 'pause'), { code: 1, stdout: '', stderr: /^headgate: cannot pause in phase Paused; / });
  t.match(await steer(app, 'promote', '--revision', 'another'), {
    code: 1,
    stderr: /cannot promote another: the revision is now/,
  });
  t.match(await steer(app, 'resume'), { code: 0, stdout: /now Progressing/ });
  t.match(await steer(app, 'promote'), { code: 0, stdout: /now (Promoting|Finalising)/ });
  t.equal((await watching(app).end).code, 0);
  t.strictSame(await app.stableTags(), ['1.4.1']);
  await app.delete();
});

void t.test('a release is aborted, tried again and reverted', async (t) => {
  const app = await App.enrolled(rig, 'cli-back', { annotations: LONG });
  const before = await wantedRevision(app);
  await app.setImage('1.4.1');
  const held = await wantedRevision(app);
  await app.atWeight(10);
  const watch = watching(app);
  await watch.spoke;
  t.match(await steer(app, 'abort'), { code: 0, stdout: /abort: done; now (Finalising|Failed) at weight 0%/ });
  const aborted = await watch.end;
  t.equal(aborted.code, 1);
  t.match(aborted.stdout, /Failed +weight 0% .* was aborted by command of rig-admin\n$/);
  t.match(await steer(app, 'status', '--revision', before), { code: 0 }, 'the version before runs');

  t.match(await steer(app, 'retry'), { code: 0, stdout: /now Progressing at weight 0%/ });
  const again = watching(app);
  await again.spoke;
  await app.atWeight(10);
  t.match(await steer(app, 'revert', '--no-wait'), { code: 0, stdout: /: revert is asked for\n$/ });
  t.match(await again.end, { code: 1, stdout: new RegExp(`revision ${held} gave way to ${before}\n$`) });
  t.equal(await wantedRevision(app), before);
  t.equal((await steer(app, 'status', '--revision', held)).code, 1, 'also for who asks about it later');
  await app.phase('Initialized');
  t.equal((await steer(app, 'status')).code, 0);
  await app.delete();
});

void t.test('who may not see or change Canaries is told so in the words of the API server', async (t) => {
  const app = await App.enrolled(rig, 'cli-rbac', { annotations: { ...TIMED, interval: '1m' } });
  await app.setImage('1.4.1');
  await app.atWeight(10);
  await app.kubectl(['create', 'serviceaccount', 'guest']);
  const options = { kubeconfig: await rig.serviceAccountKubeconfig(app.namespace, 'guest') };
  const stranger = await headgate(rig, ['get'], options);
  t.match(stranger, { code: 2, stdout: '' });
  t.match(stranger.stderr, /canaries\.headgate\.dev is forbidden: User "system:serviceaccount:\S+:guest" cannot list/);

  const binding = ['--clusterrole=view', `--serviceaccount=${app.namespace}:guest`];
  await app.kubectl(['create', 'rolebinding', 'guest', ...binding]);
  t.match(await headgate(rig, ['get'], options), { code: 0, stdout: /^podinfo +Progressing/m }, 'a viewer sees');
  t.equal((await headgate(rig, ['status', app.name], options)).code, 4);
  const refused = await headgate(rig, ['abort', app.name], options);
  t.match(refused, { code: 2, stdout: '' });
  t.match(refused.stderr, /you may not abort \S+podinfo: User \S+ cannot patch resource "canaries"/);
  t.equal((await app.record()).metadata.annotations?.['headgate.dev/command'], undefined, 'and changes nothing');
  await app.delete();
});

void t.test('what is not there is told with what to do', async (t) => {
  const app = await App.deploy(rig, 'cli-lost', { annotations: TIMED });
  t.match(await headgate(rig, ['get', '-n', app.namespace]), { code: 0, stderr: /No canaries in namespace/ });
  t.match(await steer(app, 'abort'), { code: 2, stderr: /is not enrolled; to enroll it: kubectl annotate / });

  await app.apply(app.manifest('1.4.0'));
  t.match(await watching(app).end, { code: 0, stdout: /Initialized .*\n$/ }, 'and waits for the scheduler');
  const misspelt = await headgate(rig, ['status', 'podinof', '-n', app.namespace]);
  t.match(misspelt, { code: 2, stderr: /there is no Canary podinof in namespace .*; did you mean podinfo\?/ });
  await app.delete();
});

void t.test('a command that nobody takes up stays, and says so', async (t) => {
  const namespace = await rig.createNamespace('cli-alone');
  await rig.api.create(`/apis/headgate.dev/v1/namespaces/${namespace}/canaries`, {
    apiVersion: 'headgate.dev/v1',
    kind: 'Canary',
    metadata: { name: 'alone' },
    spec: { targetRef: { name: 'nobody' }, service: { port: 80 } },
  });
  t.match(await headgate(rig, ['status', 'alone', '-n', namespace]), { code: 4, stdout: /^Status: +Pending$/m });
  const abort = await headgate(rig, ['abort', 'alone', '-n', namespace]);
  t.match(abort, { code: 3, stderr: /abort is asked for, and was not taken up within 10 s/ });
  t.match(abort.stderr, `\n  there is no Deployment nobody in namespace ${namespace}\n`, 'with what keeps it');
});

void t.test('kubectl finds it as a plugin', async (t) => {
  const dir = t.testdir({ 'kubectl-headgate': plugin });
  await chmod(join(dir, 'kubectl-headgate'), 0o755);
  const env = { PATH: `${dir}:${process.env['PATH']}`, KUBECONFIG: rig.file.kubeconfig };
  const { code, stdout } = await ended(join(rig.file.bin, 'kubectl'), ['headgate', 'version'], env);
  t.match(stdout, /^headgate \d+\.\d+\.\d+/);
  t.equal(code, 0);
});
