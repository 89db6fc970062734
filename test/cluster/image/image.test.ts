import { readFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { openRig, waitFor } from '../../rig/rig.ts';
import { App } from '../support/app.ts';
import { addressOf, applyExample } from '../support/example.ts';
import { servedAll } from '../support/failures.ts';
import { processesWith } from '../support/loadtester.ts';
import { Release } from '../support/release.ts';

/** Webhook, scheduler and load tester as containers of the images that the Dockerfile makes: `npm run test:image`. */
const USER = '65532';
const MIB = 2 ** 20;
const MAIN = '/headgate/dist/main.js';
/** Many times what it takes: a busy machine is no fault of the image. */
const MOST_STARTING_MS = 20_000;

const rig = openRig();
/** There is no DNS: the load tester has an address. */
const release = new Release(rig, { helm: 'helm4', values: { hooks: { allow: ['http://0.0.0.0/0:*'] } } });
t.teardown(() => rig.close());

/** A process as the kernel of this machine sees it. */
interface Seen {
  pid: number;
  component: string;
}

const status = ({ pid }: Seen, field: string): string =>
  new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '';

function memoryLimit({ pid }: Seen): number {
  const groups = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n');
  const first = groups.find((line) => line.includes(':memory:'))?.split(':')[2];
  const second = groups.find((line) => line.startsWith('0::'))?.slice(3);
  const file = first ? `/sys/fs/cgroup/memory${first}/memory.limit_in_bytes` : `/sys/fs/cgroup${second}/memory.max`;
  return Number(readFileSync(file, 'utf8'));
}

const rootOptions = ({ pid }: Seen): string[] => {
  const root = readFileSync(`/proc/${pid}/mountinfo`, 'utf8')
    .split('\n')
    .find((line) => line.split(' ')[4] === '/');
  return (root?.split(' ')[5] ?? '').split(',');
};

/** The Node processes of a component; the runtime that started one has no such arguments. */
const running = (component: string): Seen[] =>
  processesWith(MAIN)
    .filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(component))
    .map((pid) => ({ pid, component }));

function isConfined(t: Test, seen: Seen, limit: number): void {
  const { component } = seen;
  t.match(status(seen, 'Uid'), new RegExp(`^${USER}\\s`), `${component} is not root`);
  t.equal(status(seen, 'CapEff'), '0000000000000000', `${component} has no capability`);
  t.equal(status(seen, 'NoNewPrivs'), '1', `${component} cannot get more`);
  t.ok(rootOptions(seen).includes('ro'), `${component} has a root file system that is read-only`);
  t.equal(memoryLimit(seen), limit, `${component} has the memory limit of its pod`);
  t.comment(`${component}: ${status(seen, 'VmRSS')} resident, ${status(seen, 'VmHWM')} at most`);
}

t.test('the chart runs the image under the limits that it says', async (t) => {
  const began = Date.now();
  await release.install();
  t.comment(`installed and ready after ${Date.now() - began} ms`);
  for (const [component, count, limit] of [
    ['webhook', 2, 256 * MIB],
    ['scheduler', 1, 512 * MIB],
  ] as const) {
    const found = running(component);
    t.equal(found.length, count, `${component}: ${count}`);
    for (const seen of found) isConfined(t, seen, limit);
  }
});

/** Of all machines that run Linux, what /proc counts time in. */
const TICKS_PER_SECOND = 100;

/** Milliseconds since a process began. */
function age({ pid }: Seen): number {
  const [uptime = ''] = readFileSync('/proc/uptime', 'utf8').split(' ');
  // Its name, in parentheses, may have spaces; the beginning is the twentieth field after it.
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(/\) (?!.*\))/s);
  return (Number(uptime) - Number(fields.split(' ')[19]) / TICKS_PER_SECOND) * 1_000;
}

/** Milliseconds from the beginning of a process, the next one of its component, until it is ready. */
async function startUp(component: string): Promise<number> {
  const before = running(component).map(({ pid }) => pid);
  const [pod = ''] = await release.pods(component);
  await rig.kubectl(['-n', release.namespace, 'delete', 'pod', pod, '--wait=false']);
  const isNew = ({ pid }: Seen) => !before.includes(pid);
  const seen = await waitFor('another process', async () => running(component).find(isNew), { everyMs: 20 });
  const environment = readFileSync(`/proc/${seen.pid}/environ`, 'utf8').split('\0');
  const host = environment.find((line) => line.startsWith('HEADGATE_HTTP_HOST='))?.split('=')[1];
  return waitFor(
    'it to be ready',
    async () => {
      const answer = await fetch(`http://${host}:8080/readyz`).catch(() => undefined);
      return answer?.ok === true && age(seen);
    },
    { everyMs: 20 },
  );
}

t.test('a process is ready soon after it begins', async (t) => {
  for (const component of ['webhook', 'scheduler']) {
    const took = await startUp(component);
    t.ok(took < MOST_STARTING_MS, `${component}: ${Math.round(took)} ms`);
  }
});

t.test('the load tester of the image loads a release, which is promoted', async (t) => {
  const app = await App.in(rig, 'image');
  await applyExample(app, 'load-tester');
  const address = await addressOf(app, 'headgate-loadtester');
  const [seen] = running('loadtester');
  if (seen === undefined) throw new Error('the load tester does not run');
  isConfined(t, seen, 512 * MIB);
  await applyExample(app, 'canary', {
    'http://headgate-loadtester': address,
    'http://podinfo:9898/': `-host ${app.host} ${rig.mesh.gatewayUrl}/`,
  });
  await app.phase(['Initialized', 'Succeeded']);
  const answers = async () => (await rig.gateway.request({ host: app.host })).status === 200;
  await waitFor(`the gateway to answer for ${app.host}`, answers);
  const load = app.load(20);
  await app.release('6.7.1');
  await app.phase('Succeeded', 120_000);
  t.same(await app.stableTags(), ['6.7.1']);
  t.notOk((await app.reasons()).includes('NoTraffic'), 'hey is in the image');
  await servedAll(t, load);
  for (const component of ['webhook', 'scheduler', 'loadtester']) {
    for (const process of running(component)) t.comment(`${component}: ${status(process, 'VmHWM')} at most`);
  }
  await app.delete();
});

t.test('its pods end when they are told', async (t) => {
  await release.uninstall();
  t.same([...running('webhook'), ...running('scheduler')], []);
});
