import { globSync, readFileSync, readlinkSync } from 'node:fs';
import t from 'tap';
import { Product, type ProductProcess } from '../../rig/product.ts';
import { openRig } from '../../rig/rig.ts';
import { App } from '../support/app.ts';
import { giveHooks, HookReceiver } from '../support/hooks.ts';
import { ticksEnded } from '../support/scheduler-metrics.ts';

const RELEASES = 4;
const PLAN = [20, 40, 60];

const rig = openRig();
const product = new Product(rig, { schedulers: 2 });
const receiver = new HookReceiver('10.244.255.72');
t.before(() => Promise.all([product.start(), receiver.start()]));
t.teardown(async () => {
  await product.stop();
  await receiver.stop();
  await rig.close();
});

t.test(`two schedulers on ${RELEASES} releases: each question is asked once`, async (t) => {
  const annotations = { 'step-weights': PLAN.join(), interval: '2s', metrics: '[]' };
  const apps = await Promise.all(
    Array.from({ length: RELEASES }, () => App.enrolled(rig, 'once', { annotations, replicas: 1 })),
  );
  for (const app of apps) {
    const types = ['pre-rollout', 'rollout', 'post-rollout', 'confirm-traffic-increase'];
    await giveHooks(
      app,
      types.map((type) => receiver.hook(app, type, { type })),
    );
  }
  const before = await Promise.all(product.schedulers.map(ticksEnded));
  await Promise.all(apps.map((app) => app.setImage('1.4.1')));
  await Promise.all(apps.map((app) => app.phase('Succeeded', 90_000)));
  await Promise.all(apps.map((app) => receiver.asked(app, 'post-rollout', 1)));
  await Promise.all(apps.map((app) => app.told('HookPassed')));
  for (const app of apps) {
    t.equal(receiver.questions(app, 'pre-rollout').length, 1);
    t.equal(receiver.questions(app, 'rollout').length, PLAN.length, 'once at each weight');
    t.match(receiver.questions(app, 'post-rollout'), [{ phase: 'Succeeded' }]);
    t.equal(receiver.questions(app, 'post-rollout').length, 1);
    t.ok(receiver.questions(app, 'confirm-traffic-increase').length >= PLAN.length, 'gates by whoever looks');
  }
  const after = await Promise.all(product.schedulers.map(ticksEnded));
  const ticks = after.map((count, index) => count - (before[index] ?? 0));
  t.ok(Math.min(...ticks) > 0, `both took part: ${ticks.join(' and ')} ticks`);
  await Promise.all(apps.map((app) => app.delete()));
});

t.test('when the one that asks is killed, the other asks again', async (t) => {
  const { app, question, asking } = await hanging('killed', '4s');
  t.equal(asking.length, 1, 'one of them asks');
  await asking[0]?.end('SIGKILL');
  receiver.says(app, 'suite', { code: 200 });
  const [, again] = await receiver.asked(app, 'suite', 2);
  const after = (again?.at ?? 0) - (question?.at ?? 0);
  t.ok(after >= 4_000, `after ${after} ms, when the first one would have had its answer`);
  await app.phase('Succeeded');
  t.equal(receiver.questions(app, 'suite').length, 2);
  await asking[0]?.start();
  await app.delete();
});

t.test('when the one that asks is told to stop, the other asks at once', async (t) => {
  const { app, asking } = await hanging('stopped', '10m');
  t.equal(asking.length, 1, 'one of them asks');
  receiver.says(app, 'suite', { code: 200 });
  await asking[0]?.end('SIGTERM');
  await app.phase('Succeeded');
  t.equal(receiver.questions(app, 'suite').length, 2);
  await asking[0]?.start();
  await app.delete();
});

/** An app whose release waits for a hook that hangs, its question, and the schedulers that ask it. */
async function hanging(prefix: string, timeout: string) {
  const annotations = { 'step-weights': '50', interval: '2s', metrics: '[]' };
  const app = await App.enrolled(rig, prefix, { annotations, replicas: 1 });
  await giveHooks(app, [receiver.hook(app, 'suite', { type: 'pre-rollout', timeout })]);
  receiver.says(app, 'suite', 'hang');
  await app.setImage('1.4.1');
  const [question] = await receiver.asked(app, 'suite', 1);
  const asking = product.schedulers.filter((scheduler) => holds(scheduler, question?.from ?? 0));
  return { app, question, asking };
}

/** Whether a process has the connection that comes from this port. */
function holds({ pid }: ProductProcess, port: number): boolean {
  const local = new RegExp(
    `^ *\\d+: [0-9A-F]+:${port.toString(16).toUpperCase().padStart(4, '0')} (?:\\S+ +){7}(\\d+)`,
    'm',
  );
  const inode = ['tcp', 'tcp6']
    .map((table) => local.exec(readFileSync(`/proc/net/${table}`, 'utf8'))?.[1])
    .find(Boolean);
  return globSync(`/proc/${pid}/fd/*`).some((file) => linkOf(file) === `socket:[${inode}]`);
}

function linkOf(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}
