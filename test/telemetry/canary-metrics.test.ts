import { Registry } from 'prom-client';
import t from 'tap';
import type { Canary } from '../../src/rollout/machine/canary.ts';
import { canaryMetrics } from '../../src/telemetry/canary-metrics.ts';

const [EIGHT, NINE] = ['2026-01-05T08:00:00.000Z', '2026-01-05T09:00:00.000Z'];
const condition = (type: string, status: string) => ({ type, status, reason: type, message: '' });

const canary = (name: string, status: object = {}, enrolled = 'True'): Canary =>
  ({
    metadata: { namespace: 'shop', name },
    spec: { targetRef: { name: `${name}-app` } },
    status: { conditions: [condition('Ready', 'False'), condition('Enrolled', enrolled)], ...status },
  }) as unknown as Canary;

const RELEASING = {
  phase: 'Progressing',
  lastTransitionTime: EIGHT,
  canaryWeight: 20,
  step: '2/5',
  failedChecks: 1,
  release: {
    startedAt: EIGHT,
    service: 'cart',
    awaiting: { gate: 'confirm-promotion', since: NINE },
    checks: [
      { metric: 'request-success-rate', verdict: 'pass', value: 99.5, message: '' },
      { metric: 'request-success-rate', of: 'Deployment', verdict: 'pass', value: 1, message: '' },
      { metric: 'latency', verdict: 'inconclusive', message: '' },
    ],
  },
  history: [{ startedAt: EIGHT, endedAt: NINE, outcome: 'failed' }],
};

/** What a scrape shows of Canaries, without the comments. */
async function scraped(canaries: readonly Canary[], { most = 10, checks = [] as [string, string, string][] } = {}) {
  const registry = new Registry();
  const metrics = canaryMetrics(registry, most);
  metrics.watch(() => canaries);
  for (const check of checks) metrics.countCheck(...check);
  const lines = (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => line.replace('headgate_canary_', '').replace('namespace="shop",', ''));
}

void t.test('a Canary under release has all that people alert on', async (t) => {
  const seconds = Date.parse(EIGHT) / 1_000;
  t.same(await scraped([canary('cart', RELEASING)]), [
    'info{name="cart",deployment="cart-app",service="cart"} 1',
    'status{name="cart",phase="Progressing"} 1',
    `phase_timestamp_seconds{name="cart",phase="Progressing"} ${seconds}`,
    'ready{name="cart"} 0',
    'weight{name="cart"} 20',
    'step{name="cart"} 2',
    'steps{name="cart"} 5',
    'failed_checks{name="cart"} 1',
    'check_value{name="cart",metric="request-success-rate"} 99.5',
    `approval_wait_timestamp_seconds{name="cart",gate="confirm-promotion"} ${seconds + 3_600}`,
    `release_start_timestamp_seconds{name="cart"} ${seconds}`,
    'last_release_duration_seconds{name="cart",outcome="failed"} 3600',
    'headgate_canaries_without_series 0',
  ]);
});

void t.test('one that was never released has no more than its status says', async (t) => {
  t.same(await scraped([canary('cart')]), [
    'info{name="cart",deployment="cart-app",service=""} 1',
    'ready{name="cart"} 0',
    'headgate_canaries_without_series 0',
  ]);
});

void t.test('after a release nothing waits for an approval, and no check has a value', async (t) => {
  const lines = (await scraped([canary('cart', { ...RELEASING, phase: 'Failed' })])).join('\n');
  t.match(lines, 'status{name="cart",phase="Failed"} 1');
  t.notMatch(lines, /approval|check_value/);
});

void t.test('one that is not followed has no series, and one that is gone leaves none', async (t) => {
  t.same(await scraped([canary('cart', RELEASING, 'False')]), ['headgate_canaries_without_series 0']);
  const registry = new Registry();
  const metrics = canaryMetrics(registry);
  let canaries = [canary('cart', RELEASING), canary('till', RELEASING)];
  metrics.watch(() => canaries);
  metrics.countCheck('shop/cart-app', 'latency', 'pass');
  t.match(await registry.metrics(), /checks_total\{namespace="shop",name="cart",metric="latency",verdict="pass"\} 1/);
  canaries = [canary('till', { ...RELEASING, phase: 'Succeeded' })];
  const text = await registry.metrics();
  t.notMatch(text, 'name="cart"');
  t.notMatch(text, 'phase="Progressing"', 'nor the phase that it was in');
  canaries = [canary('cart', RELEASING)];
  t.notMatch(await registry.metrics(), /checks_total\{/, 'its successor begins at nothing');
});

void t.test('only so many Canaries have series, the same ones in whatever order they are known', async (t) => {
  const canaries = ['d', 'b', 'c', 'a'].map((name) => canary(name, { canaryWeight: 5 }));
  const weights = (await scraped(canaries, { most: 2 })).filter((line) => /weight|without/.test(line));
  t.same(weights, ['weight{name="a"} 5', 'weight{name="b"} 5', 'headgate_canaries_without_series 2']);
});

void t.test('checks are counted by metric and verdict, and names beyond twenty as one', async (t) => {
  const checks = Array.from({ length: 25 }, (_, at): [string, string, string] => ['shop/cart-app', `m${at}`, 'pass']);
  checks.push(['shop/cart-app', 'm0', 'fail'], ['shop/cart-app', 'm0', 'pass'], ['shop/unknown', 'm0', 'pass']);
  const lines = (await scraped([canary('cart')], { checks })).filter((line) => line.startsWith('checks_total'));
  t.equal(lines.length, 22);
  t.ok(lines.includes('checks_total{name="cart",metric="m0",verdict="pass"} 2'));
  t.ok(lines.includes('checks_total{name="cart",metric="m0",verdict="fail"} 1'));
  t.ok(lines.includes('checks_total{name="cart",metric="others",verdict="pass"} 5'));
});
