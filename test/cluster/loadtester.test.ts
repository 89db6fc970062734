import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parseAllDocuments } from 'yaml';
import { type Json, openRig, waitFor } from '../rig/rig.ts';
import { App } from './support/app.ts';
import { LoadTesterProcess, processesWith } from './support/loadtester.ts';

const rig = openRig();
/** Keys of its own in the rig's Redis. */
const QUEUE = { HEADGATE_QUEUE: 'loadtester-test' };
const tester = new LoadTesterProcess(rig, '10.244.255.60', QUEUE);
t.before(() => tester.start());
t.teardown(async () => {
  await tester.end();
  await rig.close();
});

const canary = { name: 'podinfo', namespace: 'test' };

/** Requests for GET / that podinfo itself has counted. */
async function served(url: string): Promise<number> {
  const text = await (await fetch(`${url}metrics`)).text();
  const counts = [...text.matchAll(/^http_requests_total\{status="200"\} (\d+)$/gm)].map(([, count]) => Number(count));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function podUrl(app: App): Promise<string> {
  const [pod] = await app.stablePods();
  return `http://${pod.status.podIP}:9898/`;
}

t.test('the command of the announcement loads podinfo, and is answered at once', async (t) => {
  const app = await App.deploy(rig, 'hey', { replicas: 1 });
  const url = await podUrl(app);
  const before = await served(url);
  const began = Date.now();
  t.match(await tester.run(app, { type: 'cmd', cmd: `hey -z 4s -q 10 -c 2 ${url}`, logCmdOutput: 'true' }), {
    code: 202,
    body: 'started\n',
  });
  t.ok(Date.now() - began < 3_000, `after ${Date.now() - began} ms, and the command takes four seconds`);
  t.match(await tester.run(app, { cmd: `hey -z 4s -q 10 -c 2 ${url}` }), { code: 202, body: /runs already/ });
  const metrics = async () => (await fetch(`${tester.url}/metrics`)).text();
  const passed = 'headgate_loadtester_tasks_total{type="cmd",outcome="passed"} 1';
  await waitFor('hey to end', async () => (await metrics()).includes(passed));
  const requests = (await served(url)) - before;
  t.ok(requests >= 60 && requests <= 100, `${requests} requests: 20 a second for 4 s, and its probes`);
  await app.delete();
});

t.test('an acceptance test passes and fails as its program does', async (t) => {
  const app = await App.deploy(rig, 'accept', { replicas: 1 });
  const url = await podUrl(app);
  const accept = (cmd: string) => tester.run(app, { type: 'acceptance', cmd, timeout: '10s' });
  t.match(await accept(`curl -sSf -d 'test' ${url}token`), { code: 200, body: /"token":/ });
  t.match(await accept(`curl -sSf ${url}status/503`), { code: 500, body: /^curl: exit code 22\ncurl: .*503/ });
  t.match(await accept(`curl -sS ${url}token | grep token`), { code: 400, body: /"\|", would be a pipe/ });
  t.match(await tester.run(app, { type: 'bash', cmd: `curl -sd 'test' ${url}token` }), { code: 400, body: /no shell/ });
  await app.delete();
});

t.test('a release is analysed by the load that it asked for', async (t) => {
  const app = await App.enrolled(rig, 'loaded', { annotations: { 'step-weights': '30,60' } });
  const cmd = `hey -z 2m -q 10 -c 4 -host ${app.host} ${rig.mesh.gatewayUrl}/`;
  t.match(await tester.run(app, { cmd }), { code: 202 });
  await app.setImage('1.4.1');
  await app.phase('Succeeded', 90_000);
  t.same(await app.stableTags(), ['1.4.1']);
  const reasons = await app.reasons();
  t.notOk(reasons.includes('CheckFailed') || reasons.includes('NoTraffic'), reasons.join(' '));
  await app.delete();
});

t.test('a command sees nothing of what the load tester knows', async (t) => {
  const cmd = `node -e 'console.log(Object.keys(process.env).sort().join())'`;
  t.match(await tester.run(canary, { type: 'acceptance', cmd }), { code: 200, body: 'HOME,LANG,PATH\n' });
});

t.test('gates outlive the load tester, however it ends', async (t) => {
  const other = { ...canary, namespace: 'prod' };
  t.match(await tester.post('/gate/check', canary), { code: 403, body: /gate of test\/podinfo is closed/ });
  t.match(await tester.post('/gate/open', canary), { code: 401 }, 'not without the token');
  t.match(await tester.change('/gate/open', canary), { code: 202 });
  t.match(await tester.change('/rollback/open', other), { code: 202 });
  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    await tester.end(signal);
    await tester.start();
    t.match(await tester.post('/gate/check', canary), { code: 200, body: 'Approved\n' }, signal);
    t.match(await tester.post('/gate/check', other), { code: 403 }, 'each canary has its own');
    t.match(await tester.post('/rollback/check', other), { code: 200 });
    t.match(await tester.post('/rollback/check', canary), { code: 403 });
  }
  const list = await (await fetch(`${tester.url}/gate`)).json();
  t.match(list, { open: [{ ...canary, openedAt: /^20\d\d-/ }], rollbacks: [other] });
  t.match(await tester.change('/gate/close', canary), { code: 202 });
  t.match(await tester.change('/rollback/close', other), { code: 202 });
  t.match(await tester.post('/gate/check', canary), { code: 403 });
  t.same(await (await fetch(`${tester.url}/gate`)).json(), { open: [], rollbacks: [] });
});

t.test('two load testers have the same gates', async (t) => {
  const second = new LoadTesterProcess(rig, '10.244.255.61', QUEUE);
  t.teardown(() => second.end());
  await second.start();
  await tester.change('/gate/open', canary);
  t.match(await second.post('/gate/check', canary), { code: 200 });
  await second.change('/gate/close', canary);
  t.match(await tester.post('/gate/check', canary), { code: 403 });
});

t.test('gates outlive Redis; while it is away none is open and commands run on', async (t) => {
  const redis = new OwnRedis();
  const behind = new LoadTesterProcess(rig, '10.244.255.62', { HEADGATE_REDIS_URL: redis.url });
  t.teardown(async () => {
    await behind.end();
    await redis.end('SIGTERM');
  });
  await redis.start();
  await behind.start();
  await behind.change('/gate/open', canary);
  await redis.end('SIGTERM');
  await waitFor('the load tester not to be ready', async () => !(await behind.isReady()));
  t.match(await behind.post('/gate/check', canary), { code: 503, body: /Redis does not answer/ });
  t.match(await behind.change('/gate/close', canary), { code: 503 });
  t.match(await behind.run(canary, { type: 'acceptance', cmd: 'node -p 1' }), { code: 200, body: '1\n' });
  await redis.start();
  await waitFor('the load tester to be ready', () => behind.isReady());
  t.match(await behind.post('/gate/check', canary), { code: 200 });
});

t.test('a load tester that ends takes its commands with it', async (t) => {
  const ending = new LoadTesterProcess(rig, '10.244.255.63', { HEADGATE_LOADTESTER_GATES: 'off' });
  t.teardown(() => ending.end('SIGKILL'));
  await ending.start();
  const mark = `x-test: ${ending.pid}`;
  const load = await ending.run(canary, { cmd: `hey -z 5m -q 1 -c 1 -H '${mark}' ${tester.url}/healthz` });
  t.match(load, { code: 202 });
  await waitFor('hey to run', () => processesWith(mark).length === 1);
  const waiting = ending.run(canary, { type: 'acceptance', cmd: `node -e 'setInterval(() => 0, 1e6)'` });
  await waitFor('both to run', async () =>
    (await (await fetch(`${ending.url}/metrics`)).text()).includes('{type="acceptance"} 1'),
  );
  const toldAt = Date.now();
  await ending.end('SIGTERM');
  t.match(await waiting, { code: 503, body: /the load tester is stopping/ });
  t.same(processesWith(mark), []);
  t.ok(Date.now() - toldAt < 10_000, `after ${Date.now() - toldAt} ms`);
});

t.test('the API server takes the manifests of docs/loadtester.md', async (t) => {
  const namespace = await rig.createNamespace('docs');
  const page = readFileSync(new URL('../../docs/loadtester.md', import.meta.url), 'utf8');
  const fences = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = '']) => text);
  const objects = fences.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as Json));
  for (const object of objects.filter(({ kind }) => kind !== undefined)) {
    const input = { ...object, metadata: { ...object.metadata, namespace } };
    const { stdout } = await rig.kubectl(['create', '--dry-run=server', '--validate=strict', '-f', '-'], { input });
    t.match(stdout, /headgate-loadtester created/, object.kind);
  }
});

/** A Redis that only this file stops. */
class OwnRedis {
  readonly #port = 6479;
  readonly #dir = mkdtempSync(join(rig.file.dir, 'loadtester-redis-'));
  #child: ChildProcess | undefined;

  get url(): string {
    return `redis://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    const args = ['--port', String(this.#port), '--dir', this.#dir, '--appendonly', 'yes', '--save', ''];
    this.#child = spawn(rig.program('redis-server'), args, { stdio: 'ignore' });
    await once(this.#child, 'spawn');
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }
}
