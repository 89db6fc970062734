import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { POLICY_KINDS } from '../../src/rollout/workload/policies.ts';
import { ISTIO_POLICIES } from '../../src/traffic/istio/policies.ts';
import { type AuditEntry, type Json, openRig, waitFor } from '../rig/rig.ts';
import { App } from './support/app.ts';
import { QueueMonitor } from './support/queue-monitor.ts';

const rig = openRig();
t.teardown(() => rig.close());
/** Requests are counted for each namespace, and an app's neighbours cost it none: only what is timed has Headgate to itself. */
t.jobs = 3;

const BY_HEADGATE = /^headgate-/;

/** Requests of Headgate in a namespace since then, as lines of verb and resource. */
const requestsOf = (namespace: string, sinceMs: number): AuditEntry[] =>
  rig.audit.find({ userAgent: BY_HEADGATE, namespace, sinceMs });

/** The last look at an app comes after what it did last, by as long as routes need to settle, and is not what is counted next. */
const atRest = ({ namespace }: App): Promise<boolean> =>
  waitFor(`${namespace} to be at rest`, () => requestsOf(namespace, Date.now() - 4_000).length === 0);

function tally(entries: readonly AuditEntry[]): string {
  const counts = new Map<string, number>();
  for (const { verb, resource, subresource, code } of entries) {
    const line = `${verb} ${resource}${subresource ? `/${subresource}` : ''} ${code}`;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return [...counts].map(([line, count]) => `${count} × ${line}`).join(', ');
}

/** What users wrote for pods is watched, for all releases together. */
const POLICIES = [...POLICY_KINDS, ...ISTIO_POLICIES].map(({ kind }) => kind.plural);

/**
 * The first one makes the canary's Service; until then an app has none. While it is under way, users' Services and routes of the
 * namespace are watched: three requests, and no reads of what they tell.
 *
 * A weight takes three: the state is committed before the routes are written, so that whoever lost the race writes nothing; and
 * when they were seen is committed, as the time at a weight counts from there.
 */
t.test('a release of five steps: at most 36 requests, 45 with Events, no list of policies, 4 jobs', async (t) => {
  const app = await App.enrolled(rig, 'budget', { annotations: { interval: '3s' } });
  const load = app.load(50);
  const queue = await QueueMonitor.open(rig);
  t.teardown(() => queue.close());
  await atRest(app);
  const since = Date.now();
  await app.setImage('1.4.1');
  await app.phase('Succeeded', 90_000);
  await load.stop();
  const requests = requestsOf(app.namespace, since);
  const { added, done } = queue.costOf(`${app.namespace}/${app.name}`);
  const lists = rig.audit
    .find({ userAgent: BY_HEADGATE, verb: 'list', sinceMs: since })
    .filter(({ resource }) => POLICIES.includes(resource));
  t.same(
    lists.filter(({ namespace }) => namespace !== ''),
    [],
    'no list of its policies',
  );
  // A watch asks for all of its objects now and then, to see that it has missed none.
  t.ok(lists.length <= POLICIES.length, `${lists.length} lists of all policies`);
  const events = requests.filter(({ resource }) => resource === 'events');
  t.ok(
    requests.length - events.length <= 36,
    `${requests.length - events.length} requests without Events: ${tally(requests)}`,
  );
  t.ok(requests.length <= 45, `${requests.length} requests with Events`);
  const commits = requests.filter(({ resource, subresource }) => resource === 'canaries' && subresource === 'status');
  t.ok(commits.length <= 17, `${commits.length} writes of the status: two a weight`);
  const watches = requests.filter(({ verb }) => verb === 'watch');
  t.ok(watches.length <= 5, `${watches.length} connections: ${tally(watches)}`);
  // One hint of the webhook, which is done, and the backups of its timers, which are taken out again; a resync may add one.
  t.ok(done >= 1 && done <= 4, `${done} jobs`);
  t.ok(added > 5 && added <= 16, `${added} jobs were asked for`);
  await app.delete();
});

/** Those of one kind that were carried out; a lost race is none, and is made again. */
const made = (entries: readonly AuditEntry[], wanted: Partial<AuditEntry>): AuditEntry[] =>
  entries
    .filter(({ code }) => code < 300)
    .filter((entry) => Object.entries(wanted).every(([field, value]) => entry[field as keyof AuditEntry] === value));

/** Requests that content may cost a release. */
const MOST_MORE = 8;
/** What webhooks look at of their own. */
const OWN = ['mutatingwebhookconfigurations', 'validatingadmissionpolicybindings'];
/** In a minute, of the whole cluster: what watches and the search for unlabelled Deployments ask for every few minutes. */
const SELDOM = 8;
/** Of pairs of releases side by side, by what they ask for. */
const PAIRS = [
  ['1.4.2', 'two'],
  ['1.4.3', 'three'],
  ['1.4.4', 'four'],
] as const;

/**
 * Status writes and lists of pods are as many as there were moments at which something was seen to have changed, and a busy machine
 * shows two changes at once, or one after the other: of all requests together, one pair of three has to keep to the bound. All else
 * is counted by what it is, in each pair.
 */
t.test('content that is pinned costs a release at most 8 requests more, and no request while it stays', async (t) => {
  const change = (deployment: Json) => {
    const [container] = deployment.spec.template.spec.containers;
    container.envFrom = [{ configMapRef: { name: 'settings' } }];
  };
  const annotations = { interval: '3s', 'step-weights': '50', metrics: '[]' };
  const [plain, pinned] = await Promise.all([
    App.enrolled(rig, 'plain', { annotations }),
    App.in(rig, 'pinned', { annotations, change }),
  ]);
  const say = (word: string) =>
    pinned.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { word } });
  await say('one');
  await pinned.apply(pinned.manifest('1.4.0'));
  await pinned.kubectl(['rollout', 'status', `deployment/${pinned.name}`, '--timeout=60s']);
  await pinned.phase('Initialized');
  const count = async (app: App, begin: () => Promise<unknown>): Promise<AuditEntry[]> => {
    const since = Date.now();
    await begin();
    await app.phase('Promoting', 60_000);
    await app.phase('Succeeded', 60_000);
    return requestsOf(app.namespace, since).filter(({ resource }) => resource !== 'events');
  };
  await Promise.all([count(plain, () => plain.setImage('1.4.1')), count(pinned, () => pinned.setImage('1.4.1'))]);
  const patches = (entries: AuditEntry[], { name }: App) =>
    made(entries, { verb: 'patch', resource: 'deployments', name }).length;
  const more: number[] = [];
  for (const [tag, word] of PAIRS) {
    await Promise.all([plain, pinned].map(atRest));
    const [without, withContent] = await Promise.all([
      count(plain, () => plain.setImage(tag)),
      count(pinned, () => say(word)),
    ]);
    const told = `${tally(withContent)}; without: ${tally(without)}`;
    const ofContent = withContent.filter(({ resource }) => resource === 'configmaps');
    t.equal(made(ofContent, { verb: 'create' }).length, 1, `one copy: ${told}`);
    t.ok(made(ofContent, { verb: 'delete' }).length <= 1, `one copy less: ${told}`);
    t.ok(made(ofContent, { verb: 'get' }).length <= 2, `read for its name, and for its copy: ${told}`);
    t.equal(patches(withContent, pinned) - patches(without, plain), 1, `the template is written once: ${told}`);
    t.same(made(without, { resource: 'configmaps' }), [], `without content nothing of it is asked: ${told}`);
    more.push(withContent.length - without.length);
    if (Math.min(...more) <= MOST_MORE) break;
  }
  t.ok(Math.min(...more) <= MOST_MORE, `${more.join(', ')} requests more`);
  await atRest(pinned);
  const since = Date.now();
  await pinned.kubectl(['annotate', 'configmap/settings', 'team=a']);
  const [, lastWord = ''] = PAIRS[more.length - 1] ?? [];
  await say(lastWord);
  // The measurement is the time itself.
  await sleep(10_000);
  const idle = requestsOf(pinned.namespace, since);
  t.ok(idle.length <= 2, `the object is read once for each of its states, and nothing else: ${tally(idle)}`);
  await Promise.all([plain.delete(), pinned.delete()]);
});

t.test('an idle enrolled app costs no request in a minute', async (t) => {
  const app = await App.enrolled(rig, 'idle');
  const load = app.load(20);
  await atRest(app);
  const since = Date.now();
  // The measurement is the minute itself: nothing else is there to wait for.
  await sleep(60_000);
  await load.stop();
  const all = requestsOf(app.namespace, since);
  t.equal(all.length, 0, `requests: ${tally(all)}`);
  const ofCluster = requestsOf('', since).filter(({ verb, resource }) => verb !== 'watch' && !OWN.includes(resource));
  t.ok(ofCluster.length <= SELDOM, `of the whole cluster: ${tally(ofCluster)}`);
  await app.delete();
});

t.test('the canary Deployment exists within a second of the change', { buffered: false }, async (t) => {
  const took: number[] = [];
  // A machine may stand still for a moment, but not each time.
  while (took.length < 3 && Math.min(...took) >= 1_000) took.push(await msToCanary());
  t.ok(Math.min(...took) < 1_000, `it was created ${took.join(', ')} ms after the change`);
});

/** From the change of a new app until its canary was asked for, as the API server heard of both. */
async function msToCanary(): Promise<number> {
  const app = await App.enrolled(rig, 'soon');
  await app.setImage('1.4.1');
  await app.atWeight(10);
  const { namespace } = app;
  const [change] = rig.audit
    .find({ verb: 'patch', resource: 'deployments', namespace, userAgent: /^kubectl/ })
    .toReversed();
  const [creation] = rig.audit.find({ verb: 'create', resource: 'deployments', namespace, userAgent: BY_HEADGATE });
  await app.delete();
  return (creation?.at ?? Number.NaN) - (change?.at ?? Number.NaN);
}
