import t, { type Test } from 'tap';
import { Product } from '../../rig/product.ts';
import { type KubectlOptions, openRig, waitFor } from '../../rig/rig.ts';
import { App } from '../support/app.ts';
import { steer } from '../support/headgate.ts';
import { Inbox } from '../support/inbox.ts';
import { alerts, allowSecrets, provide } from '../support/receivers.ts';

/** Who promoted, aborted and bypassed, as people read it; and what is left of that without the webhook. */
const rig = openRig();
// No request is sent to the app: nothing has to settle.
const product = new Product(rig, { env: { HEADGATE_ROUTE_SETTLE: '500ms' } });
const inbox = new Inbox('10.244.255.78');
await product.start();
await inbox.open();
await allowSecrets(rig, ['to-told']);
t.setTimeout(280_000);
t.teardown(async () => {
  await Promise.all([product.stop(), inbox.close()]);
  await rig.close();
});

const [ALICE, BOB, CAROL] = ['alice@example.com', 'bob', 'oidc:carol'] as const;
const UNKNOWN = 'an unknown user (the webhook was away)';
/** Nothing but people decides. */
const LONG = { metrics: '[]', 'step-weights': '20', interval: '30m', alerts: alerts({ told: {} }) };

const app = await App.enrolled(rig, 'who', { replicas: 1, annotations: LONG });
await provide(app, inbox, 'told', { type: 'webhook' });
const users = [ALICE, BOB, CAROL].map((user) => `--user=${user}`);
await app.kubectl(['create', 'rolebinding', 'users', '--clusterrole=admin', ...users]);

let commands = 0;

/** A command as one writes it who has nothing but kubectl. */
const give = (as: string, action: string, by = '', options: KubectlOptions = {}) => {
  const command = JSON.stringify({ id: `${action}-${(commands += 1)}`, action });
  const words = [`headgate.dev/command=${command}`, ...(by === '' ? [] : [`headgate.dev/command-by=${by}`])];
  return app.kubectl([`--as=${as}`, 'annotate', '--overwrite', `hgc/${app.name}`, ...words], options);
};

const bypass = (as: string, text: string) =>
  app.kubectl([`--as=${as}`, 'annotate', '--overwrite', `deployment/${app.name}`, `headgate.dev/bypass=${text}`]);

const noted = async (): Promise<Record<string, string>> => (await app.deployment()).metadata.annotations;

/** The record, `history`, an Event and a notification say the same. */
async function tells(t: Test, who: { last: object; reason: string; words: string }) {
  const [last] = (await app.status()).history ?? [];
  t.match(last, who.last);
  const isSaid = (text: string) => text.includes(who.words);
  t.ok((await steer(app, 'history')).stdout.split('\n').some(isSaid), `history: ${who.words}`);
  await waitFor(`an Event ${who.reason} with ${who.words}`, async () =>
    (await app.events()).some(({ reason, message }) => reason === who.reason && isSaid(message)),
  );
  await waitFor(`a notification with ${who.words}`, () =>
    inbox.of('told').some(({ body }) => isSaid(JSON.stringify(body))),
  );
}

t.test('who promoted', async (t) => {
  await app.kubectl([`--as=${BOB}`, 'set', 'image', 'deployment/podinfo', 'podinfo=podinfo:1.4.1']);
  await app.atWeight(20);
  await give(ALICE, 'promote', CAROL);
  await app.phase('Succeeded');
  const annotations = (await app.record()).metadata.annotations;
  t.equal(annotations['headgate.dev/command-by'], ALICE, 'a forged name is not taken');
  const words = `promoted by command of ${ALICE}`;
  const last = { requestedBy: BOB, outcome: 'succeeded', decidedBy: { action: 'promote', user: ALICE } } as const;
  await tells(t, { last, reason: 'Promoted', words });
});

t.test('who aborted', async (t) => {
  await app.release('1.4.2');
  await app.atWeight(20);
  await give(BOB, 'abort');
  await app.phase('Failed');
  const last = { outcome: 'failed', decidedBy: { action: 'abort', user: BOB } } as const;
  await tells(t, { last, reason: 'Aborted', words: `aborted by command of ${BOB}` });
});

t.test('who bypassed; and the same text ships nothing again, whoever applies it', async (t) => {
  t.match((await bypass(CAROL, 'incident 1')).stderr, /to ship the held revision/);
  t.match(await noted(), { 'headgate.dev/bypass-by': CAROL });
  t.match((await app.setImage('1.4.3')).stderr, /ships without analysis \(headgate.dev\/bypass: incident 1\)/);
  await app.phase('Succeeded');
  t.strictSame(await app.stableTags(), ['1.4.3']);
  const last = { path: 'outside', decidedBy: { action: 'bypass', user: CAROL, reason: 'incident 1' } } as const;
  await tells(t, { last, reason: 'WentAround', words: `by bypass of ${CAROL} (incident 1)` });
  const { 'headgate.dev/bypass': standing, 'headgate.dev/bypass-by': by, ...rest } = await noted();
  t.same([standing, by, rest['headgate.dev/bypass-spent']], [undefined, undefined, 'incident 1']);

  t.match((await bypass(CAROL, 'incident 1')).stderr, /does not count: Headgate has removed one of this text/);
  t.match((await app.setImage('1.4.4')).stderr, /is held/);
  await app.atWeight(20);
  t.match(await noted(), { 'headgate.dev/bypass': 'incident 1' }, 'what git says stays, and does nothing');
  t.strictSame(await app.stableTags(), ['1.4.3']);
});

t.test('a bypass that has expired is removed, and holds', async (t) => {
  const until = new Date(Date.now() + 8_000).toISOString();
  const text = `incident 2 until=${until}`;
  t.match((await bypass(CAROL, text)).stderr, /to ship the held revision/);
  t.match(await app.told('BypassExpired'), `by ${CAROL} has expired`);
  await waitFor('the bypass to be gone', async () => (await noted())['headgate.dev/bypass'] === undefined);
  t.equal((await noted())['headgate.dev/bypass-spent'], `${text}\nincident 1`);
  t.match((await bypass(CAROL, text)).stderr, /does not count/);
  const { revision: before } = await app.status();
  t.match((await app.setImage('1.4.5')).stderr, /is given up for .* whose analysis starts anew/);
  await app.until('another revision', ({ revision }) => revision !== before);
  await app.atWeight(20);
  t.strictSame(await app.stableTags(), ['1.4.3']);
});

t.test(
  'without the webhook abort works, nobody’s name can be used, and the story says that it is not known',
  async (t) => {
    await Promise.all(product.webhooks.map((webhook) => webhook.end()));
    await product.publish([]);
    const refusal = /headgate.dev\/command-by says who wrote headgate.dev\/command, .* take it away in the same write/;
    t.match((await give(ALICE, 'pause', '', { expectFail: true })).stderr, refusal, 'a stamp of an older command');
    t.match((await give(ALICE, 'pause', CAROL, { expectFail: true })).stderr, refusal, 'a forged one');
    t.equal((await app.status()).phase, 'Progressing');
    t.match(await steer(app, 'abort'), { code: 0 });
    await app.phase('Failed');
    const last = { outcome: 'failed', decidedBy: { action: 'abort', user: undefined } } as const;
    await tells(t, { last, reason: 'Aborted', words: `aborted by command of ${UNKNOWN}` });
    await app.delete();
  },
);
