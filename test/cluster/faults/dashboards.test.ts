import t from 'tap';
import { Product } from '../../rig/product.ts';
import { openRig, waitFor } from '../../rig/rig.ts';
import { App } from '../support/app.ts';
import { HookReceiver } from '../support/hooks.ts';
import { alertQueries, panelQueries } from '../support/monitoring/queries.ts';
import { hasPoints, promRange, shownMetrics } from '../support/monitoring/range.ts';
import { MonitoredTargets } from '../support/monitoring/targets.ts';

/** What need not have a series in this story, and why: its metric is shown, and may say nothing. */
const NOTHING_TO_TELL: Readonly<Record<string, string>> = {
  HeadgateReleaseStalled: 'each roll-out ends in time',
  HeadgateMetricsUnavailable: 'Prometheus answers',
  HeadgateApiErrors: 'the API server refuses nothing, but in a namespace that ends',
  'self: Watches, opened again': 'no watch breaks',
};
/** Alerts whose condition the story brings about. */
const FIRES = [
  'HeadgateReleaseFailed',
  'HeadgateRequestsLost',
  'HeadgateRedisAway',
  'HeadgateNoScheduler',
  'HeadgateNoWebhook',
];

const rig = openRig();
const product = new Product(rig, { schedulers: 2 });
const targets = new MonitoredTargets(rig);
const hooks = new HookReceiver('10.244.255.62');
const prometheus = rig.mesh.prometheusUrl;
t.before(async () => {
  await product.start();
  await targets.start(product);
  await hooks.start();
});
t.teardown(async () => {
  targets.stop();
  await hooks.stop();
  await product.stop();
  await rig.close();
});

let from = 0;
/** What the story has told so far, at the moments at which it is judged in the end. */
const soFar = () => ({ from, to: Date.now(), stepS: 1 });

/** Once a query has had an answer at one of those moments: what an instant shows may be gone before the next of them. */
const seen = (what: string, expr: string): Promise<unknown> =>
  waitFor(`Prometheus to see ${what}`, async () => hasPoints(await promRange(prometheus, expr, soFar())), {
    timeoutMs: 30_000,
  });

/** What an alert watches. */
const watchedBy = (alert: string): string => alertQueries().find(({ of }) => of === alert)?.watched ?? '';

async function enrolled(): Promise<App> {
  const annotations = { 'step-weights': '30,60', threshold: '2', interval: '2s' };
  const app = await App.enrolled(rig, 'seen', { annotations });
  const gate = hooks.hook(app, 'gate', { type: 'confirm-rollout' });
  const event = hooks.hook(app, 'event', { type: 'event' });
  hooks.says(app, 'gate', { code: 403 });
  await app.kubectl(['annotate', `deployment/${app.name}`, `headgate.dev/webhooks=${JSON.stringify([gate, event])}`]);
  return app;
}

async function goodRelease(app: App): Promise<void> {
  await app.setImage('1.4.1');
  await seen(
    'that it waits for approval',
    `headgate_canary_approval_wait_timestamp_seconds{namespace="${app.namespace}"}`,
  );
  hooks.says(app, 'gate', { code: 200 });
  await app.phase('Succeeded', 120_000);
  await seen('that nothing is under release', watchedBy('HeadgateCanaryNotReady'));
  await seen('its success', `headgate_canary_status{namespace="${app.namespace}",phase="Succeeded"}`);
  await seen('how long it took', 'sum(increase(headgate_release_duration_seconds_count[1m])) > 0');
}

/** The app has no pods, and Headgate no Redis. */
async function outage(app: App): Promise<void> {
  await rig.control('redis', 'stop');
  await app.kubectl(['scale', `deployment/${app.name}`, '--replicas=0']);
  await app.setImage('1.4.2');
  await seen('that Redis is away', 'headgate_redis_connected == 0');
  await seen('a hint that was dropped', 'headgate_hints_dropped_total > 0');
  await seen('requests that no pod answered', `rate(istio_requests_total{response_flags="UH"}[5s]) > 0`);
  await app.kubectl(['scale', `deployment/${app.name}`, '--replicas=2']);
  await rig.control('redis', 'start');
  await waitFor(
    'Prometheus to see that Redis is back',
    async () => (await rig.prometheus.query('min(headgate_redis_connected) == 1')).length > 0,
  );
}

t.test('in a release, a rollback and an outage every panel and every alert has something to tell', async (t) => {
  const app = await enrolled();
  const { namespace } = app;
  from = Date.now();
  const load = app.load(60);
  t.teardown(() => load.stop());
  await goodRelease(app);
  await app.setImage('1.4.2-errors');
  await app.phase('Failed', 120_000);
  await seen('the failure', `headgate_canary_status{namespace="${namespace}",phase="Failed"}`);
  const both = await rig.prometheus.query(`headgate_canary_info{namespace="${namespace}"}`);
  t.equal(both.length, 2, 'both schedulers show the Canary');
  t.same(
    await rig.prometheus.query(
      `(max by (name, phase) (headgate_canary_phase_timestamp_seconds) - min by (name, phase) (headgate_canary_phase_timestamp_seconds)) > 0`,
    ),
    [],
    'and the same of it',
  );
  await outage(app);
  await app.delete();
  await waitFor(
    'the series to go with the Canary',
    async () => (await rig.prometheus.query(`headgate_canary_info{namespace="${namespace}"}`)).length === 0,
    { timeoutMs: 60_000 },
  );
  await Promise.all([...product.schedulers, ...product.webhooks].map((process) => process.end()));
  const alerts = alertQueries();
  t.same(
    FIRES.filter((name) => !alerts.some(({ of }) => of === name)),
    [],
    'there is an alert of each name',
  );
  for (const { of, expr } of alerts.filter(({ of }) => FIRES.includes(of))) {
    t.ok(await seen(`what ${of} tells of`, expr), `${of} would tell of it`);
  }

  const range = soFar();
  const variables = { namespace, canary: app.name, deployment: app.name, service: app.name, __rate_interval: '5s' };
  const queries = [
    ...panelQueries('canary', variables),
    ...panelQueries('self', variables),
    ...alerts.map(({ of, watched }) => ({ of, expr: watched })),
  ];
  const shown = await shownMetrics(prometheus);
  for (const { of, expr } of queries) {
    const told = hasPoints(await promRange(prometheus, expr, range));
    const why = NOTHING_TO_TELL[of];
    t.ok(told || why !== undefined, told || why === undefined ? `${of}: data` : `${of}: zero, as ${why}`);
    const names = [...expr.matchAll(/\bheadgate_\w+/g)].map(([name]) => name.replace(/_(bucket|count)$/, ''));
    t.same(
      names.filter((name) => !shown.has(name)),
      [],
      `${of}: its metrics are shown`,
    );
  }
});
