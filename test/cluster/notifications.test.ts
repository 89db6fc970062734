import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import t from 'tap';
import { PROVIDER_TYPES } from '../../src/rollout/spec/schema/alert-provider.ts';
import { type Json, openRig, waitFor } from '../rig/rig.ts';
import { App } from './support/app.ts';
import { PROMPT } from './support/checks.ts';
import { giveHooks, HookReceiver } from './support/hooks.ts';
import { aboutOf, Inbox } from './support/inbox.ts';
import { alerts, allowSecrets, provide } from './support/receivers.ts';

const INTERVAL = '2s';
/** A receiver has 10 s for its answer: whoever waits for one that hangs is so late. */
const DELAYED_MS = 8_000;
const FORGED = 'pay at https://evil.example.com';
const NO_SERVICE = /its address leads to no Service of namespace .*; whoever runs Headgate can allow its host in hooks/;
/** Where the address of a provider may not lead, and what is said of it. The rig allows every address of version 4. */
const FORBIDDEN: Record<string, [origin: string, words: RegExp]> = {
  loopback: ['http://127.0.0.1:8081', /its address leads to a loopback address, which is never called/],
  metadata: ['http://169.254.169.254', /its address leads to a link-local address, which is never called/],
  apiserver: ['https://10.96.0.1', /its address leads to an address of the API server, which is never called/],
  neighbour: ['http://inbox.kube-public.svc', NO_SERVICE],
  outside: ['https://hooks.example.com', NO_SERVICE],
};
/** Names of receivers, which are those of their providers. */
const NAMES = [...PROVIDER_TYPES, 'flaky', 'hanging', 'prompt', 'shared', 'late', 'forged', ...Object.keys(FORBIDDEN)];

const rig = openRig();
const inbox = new Inbox('10.244.255.75');
const listener = new HookReceiver('10.244.255.76');
t.before(async () => {
  await Promise.all([inbox.open(), listener.start()]);
  await allowSecrets(
    rig,
    NAMES.map((name) => `to-${name}`),
  );
});
t.teardown(async () => {
  await Promise.all([inbox.close(), listener.stop()]);
  await rig.close();
});

/** With receivers, and without checks unless wanted. */
const enrolled = (prefix: string, entries: Record<string, object>, isChecked = false): Promise<App> => {
  const plan = { 'step-weights': '20,50', interval: INTERVAL, threshold: '2', metrics: isChecked ? PROMPT : '[]' };
  return App.enrolled(rig, prefix, { replicas: 1, annotations: { alerts: alerts(entries), ...plan } });
};

/** Events on the Canary of an app, of one reason. */
async function events(app: App, reason: string): Promise<Json[]> {
  const all: Json[] = await rig.api.list(`/api/v1/namespaces/${app.namespace}/events`);
  return all.filter((event) => event.reason === reason && event.involvedObject.kind === 'Canary');
}

const emptied = (app: App) => app.until('an empty outbox', ({ outbox = [] }) => outbox.length === 0, 90_000);

// Each has an app of its own.
t.jobs = 3;

t.test('a good and a bad release are told to every type of receiver, by severity, each fact once', async (t) => {
  const entries = {
    slack: {},
    msteams: { severity: 'warn' },
    discord: { severity: 'error' },
    rocket: { checks: true },
    gchat: {},
    webhook: { severity: 'warn', checks: true },
  };
  const app = await enrolled('told', entries, true);
  for (const type of PROVIDER_TYPES) await provide(app, inbox, type, { type });
  const load = app.load(40);
  t.teardown(() => load.stop());
  await app.release('1.4.1');
  await app.phase('Succeeded');
  await app.release('1.4.2-slow');
  await app.phase('Failed');
  await emptied(app);

  const heard = (name: string) => inbox.of(name).map(aboutOf);
  const story = ['new revision', 'promoted', 'new revision', 'threshold reached'];
  t.same(heard('slack').toSorted(), story.toSorted(), 'everything but checks');
  t.same(heard('gchat').toSorted(), story.toSorted(), 'the same in another form');
  t.same(heard('msteams'), ['threshold reached'], 'what is a warning or worse');
  t.same(heard('discord'), ['threshold reached'], 'what failed');
  // The load may be too young for the first check.
  const checks = (name: string) => new Set(heard(name).filter((about) => !/inconclusive/i.test(about)));
  t.same(checks('rocket'), new Set([...story, 'check failed']), 'with every failed check');
  t.same(checks('webhook'), new Set(['CheckFailed', 'ThresholdReached']), 'those alone, of warnings and worse');

  for (const name of Object.keys(entries)) {
    const ids = inbox.of(name).map(({ id }) => id);
    t.equal(new Set(ids).size, ids.length, `${name} got none of ${ids.length} twice`);
    t.equal(inbox.taken(name).length, ids.length, `and took each: all have the documented form`);
  }
  const { uid } = (await app.record()).metadata;
  const [first] = inbox.of('slack');
  t.match(first?.headers, { 'idempotency-key': first?.id, 'content-type': 'application/json' });
  const own = Object.keys(entries).flatMap((name) => inbox.of(name));
  t.ok(own.every(({ id }) => id.startsWith(`${uid}/`)));
  // The last check and what it led to were sent side by side: either may have come first.
  const end = inbox.of('webhook').find((arrival) => aboutOf(arrival) === 'ThresholdReached');
  t.match(end?.body, {
    reason: 'ThresholdReached',
    severity: 'error',
    canary: { namespace: app.namespace, name: app.name },
    message: /traffic goes back/,
  });
  await app.delete();
});

t.test('a receiver that is in trouble twice gets the notice a third time, and then no more', async (t) => {
  const app = await enrolled('flaky', { flaky: {} });
  inbox.answer('flaky', () => (inbox.of('flaky').length <= 2 ? 500 : 200));
  await provide(app, inbox, 'flaky', { type: 'webhook' });
  await app.setImage('1.4.1');
  await app.phase('Succeeded');
  await emptied(app);
  const byId = Map.groupBy(inbox.of('flaky'), ({ id }) => id);
  t.equal(byId.size, 2, 'the new revision, and the promotion');
  for (const arrivals of byId.values()) {
    t.same(
      arrivals.filter(({ status }) => status === 200).length,
      1,
      `taken once of ${arrivals.map(({ status }) => status).join(', ')}`,
    );
  }
  t.equal(inbox.of('flaky').length, 4, 'two failures, two deliveries');
  await app.delete();
});

t.test('a receiver that never answers delays no release, and no other receiver', async (t) => {
  const told = await enrolled('hanging', { hanging: {}, prompt: {} });
  const untold = await enrolled('untold', {});
  let release = (): void => undefined;
  const answered = new Promise<number>((resolve) => (release = () => resolve(200)));
  inbox.answer('hanging', () => answered);
  await provide(told, inbox, 'hanging', { type: 'webhook' });
  await provide(told, inbox, 'prompt', { type: 'webhook' });
  const took = async (app: App): Promise<number> => {
    await app.setImage('1.4.1');
    const began = Date.now();
    await app.phase('Succeeded');
    return Date.now() - began;
  };
  const [with_, without] = await Promise.all([took(told), took(untold)]);
  t.ok(with_ < without + DELAYED_MS, `${with_} ms with it, ${without} ms without`);
  await waitFor('the other receiver to know it all', () => inbox.taken('prompt').length === 2);
  const late = inbox.taken('prompt').map(({ at, body }) => at - Date.parse(body.at));
  t.ok(Math.max(...late) < DELAYED_MS, `the other receiver was told within ${late.join(' and ')} ms`);
  const waiting = await told.until('only the one that hangs', ({ outbox = [] }) =>
    outbox.every(({ to }) => to.join() === 'alert/hanging'),
  );
  t.equal(waiting.outbox?.length, 2, 'what it was not told is kept');
  release();
  await emptied(told);
  t.equal(new Set(inbox.taken('hanging').map(({ id }) => id)).size, 2, 'it is told when it answers');
  await Promise.all([told, untold].map((app) => app.delete()));
});

t.test('a provider that is made later is told then; a Secret that may not be read is said in the log', async (t) => {
  const app = await enrolled('late', { late: {} });
  await app.setImage('1.4.1');
  await app.phase('Succeeded');
  t.equal(inbox.of('late').length, 0);
  await provide(app, inbox, 'late', { type: 'slack', secret: 'private' });
  const words = `Headgate may not read the Secret ${app.namespace}/private: add private to the chart value alerts.secretNames`;
  await waitFor('the words', () => schedulerLogs().includes(words), { timeoutMs: 60_000 });
  await provide(app, inbox, 'late', { type: 'slack' });
  await app.until('an empty outbox', ({ outbox = [] }) => outbox.length === 0, 90_000);
  t.same(inbox.of('late').map(aboutOf).toSorted(), ['new revision', 'promoted']);
  await app.delete();
});

t.test('a job that somebody forged in Redis can have nothing said but what the record says', async (t) => {
  const app = await enrolled('forged', { forged: {} });
  await app.setImage('1.4.1');
  await app.phase('Succeeded');
  // Before there is anybody to deliver to: from then on the outbox empties.
  const { metadata, status } = await app.record();
  await provide(app, inbox, 'forged', { type: 'webhook' });
  const ids: string[] = status.outbox.map(({ id }: Json) => id);
  const queue = new Queue('headgate-notices', { connection: { url: rig.file.redis.url } });
  const forge = (id: string, uid: string) =>
    queue.add('notice', {
      ...{ key: `${app.namespace}/${app.name}`, record: metadata.name, uid, to: 'alert/forged' },
      notice: { ...status.outbox[0], id, message: FORGED },
    });
  await Promise.all([...ids.map((id) => forge(id, metadata.uid)), forge('99-x', metadata.uid), forge('1-x', 'other')]);
  await emptied(app);
  await queue.close();
  const arrived = inbox.of('forged');
  t.ok(arrived.length >= ids.length, `${arrived.length} arrived`);
  t.same([...new Set(arrived.map(aboutOf))].toSorted(), ['NewRevision', 'Promoted']);
  t.notMatch(JSON.stringify(arrived), FORGED);
  await app.delete();
});

t.test('a provider of Headgate’s own namespace is for all, one of another namespace for nobody else', async (t) => {
  const app = await enrolled('shared', {
    shared: { providerRef: { name: 'shared', namespace: 'headgate' } },
    foreign: { providerRef: { name: 'foreign', namespace: 'kube-public' } },
  });
  await provide(app, inbox, 'shared', { type: 'gchat', namespace: 'headgate' });
  await app.setImage('1.4.1');
  await app.phase('Succeeded');
  await emptied(app);
  t.same(inbox.of('shared').map(aboutOf).toSorted(), ['new revision', 'promoted']);
  const failed = await waitFor('Events', async () => {
    const found = await events(app, 'NotificationFailed');
    return found.length === 2 && found;
  });
  t.match(failed[0]?.message, /does not reach alert\/foreign: its AlertProvider is in the namespace kube-public/);
  await rig.kubectl(['-n', 'headgate', 'delete', 'alertprovider/shared', 'secret/to-shared']);
  await app.delete();
});

t.test('an event hook hears what Events tell, as far as it may be called', async (t) => {
  const app = await enrolled('event', {});
  const own = { team: 'storefront' };
  await giveHooks(app, [
    listener.hook(app, 'log', { type: 'event', metadata: own }),
    { name: 'inside', type: 'event', url: 'http://127.0.0.1:9/' },
  ]);
  await app.setImage('1.4.1');
  await app.phase('Succeeded');
  await emptied(app);
  const notices = listener.questions(app, 'log').length;
  const failed = await waitFor('an Event for each notice that the other hook was not told', async () => {
    const found = await events(app, 'NotificationFailed');
    return found.length >= notices && found;
  });
  const heard = listener
    .questions(app, 'log')
    .filter(({ metadata }) => !/enrolled/.test(metadata['eventMessage'] ?? ''));
  const others = ['Enrolled', 'NotificationFailed'];
  // A scheduler posts Events in order, but it may be another that says what was not told.
  const story = await waitFor('an Event for each notice that was heard', async () => {
    const told = (await app.events()).filter(({ reason }) => !others.includes(reason));
    return told.length >= heard.length && told;
  });
  t.same(
    heard.map(({ metadata: { eventMessage, eventType } }) => `${eventType} ${eventMessage}`).toSorted(),
    story.map(({ type, message }) => `${type} ${message}`).toSorted(),
    'every one, once',
  );
  t.match(heard[0], { name: app.name, namespace: app.namespace, metadata: { ...own, timestamp: /^\d{13}$/ } });
  t.equal(failed.length, notices);
  t.match(failed[0]?.message, /does not reach hook\/inside: it may not be called: 127\.0\.0\.1 is a loopback address/);
  await app.delete();
});

t.test('a provider leads only where hooks may: nobody else is called, and that is said', async (t) => {
  const path = `/webhook/forbidden/${Inbox.secret}`;
  const inside = new Inbox('127.0.0.1', 8081);
  await inside.open();
  t.teardown(() => inside.close());
  const app = await enrolled('forbidden', Object.fromEntries(Object.keys(FORBIDDEN).map((name) => [name, {}])));
  for (const [name, [origin]] of Object.entries(FORBIDDEN)) {
    await provide(app, inbox, name, { type: 'webhook', address: `${origin}${path}` });
  }
  await app.setImage('1.4.1');
  await app.phase('Succeeded');
  await emptied(app);
  const told = await waitFor('an Event for each', async () => {
    const found = await events(app, 'NotificationFailed');
    return found.length >= Object.keys(FORBIDDEN).length * 2 && found;
  });
  for (const [name, [, words]] of Object.entries(FORBIDDEN)) {
    const { message } = told.find((event) => event.message.includes(`does not reach alert/${name}:`)) ?? {};
    t.match(message, words, name);
  }
  t.same([...inside.arrivals, ...inbox.of('forbidden')], [], 'none of them was called');
  await app.delete();
});

t.test('a wrong provider is refused, and a right one is shown with its type', async (t) => {
  const app = await App.deploy(rig, 'provider', { replicas: 1 });
  const provider = (spec: object) => ({
    apiVersion: 'headgate.dev/v1',
    kind: 'AlertProvider',
    metadata: { name: 'a', namespace: app.namespace },
    spec,
  });
  const wrong: [spec: object, words: RegExp][] = [
    [{ type: 'pager' }, /supported values: "slack", "msteams"/],
    [{ type: 'gchat', channel: 'a' }, /channel has a meaning for slack, rocket only/],
    [{ type: 'msteams', username: 'a' }, /username has a meaning for slack, discord, rocket only/],
    [{ type: 'slack', address: 'https://hooks.example.com/x' }, /unknown field "spec.address"/],
    [{}, /spec.type: Required/],
  ];
  for (const [spec, words] of wrong) {
    const words_ = ['apply', '--validate=strict', '-f', '-'];
    const { stderr } = await app.kubectl(words_, { input: provider(spec), expectFail: true });
    t.match(stderr, words);
  }
  await app.kubectl(['apply', '-f', '-'], { input: provider({ type: 'slack', channel: '#releases' }) });
  const { stdout } = await app.kubectl(['get', 'hgap']);
  t.match(stdout, /NAME +TYPE +CHANNEL\na +slack +#releases/);
  await app.delete();
});

t.test('no address is in a log, an Event or a record', { buffered: false }, async (t) => {
  t.ok(inbox.arrivals.length > 20, 'addresses were used');
  t.notMatch(schedulerLogs(), Inbox.secret);
  const objects = await Promise.all([rig.api.list('/apis/headgate.dev/v1/canaries'), rig.api.list('/api/v1/events')]);
  t.notMatch(JSON.stringify(objects), Inbox.secret);
});

const schedulerLogs = (): string =>
  globSync(join(rig.file.logs, 'headgate-scheduler-*.log'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('');
