import { Registry } from 'prom-client';
import t from 'tap';
import { createLog, logOf } from '../../src/telemetry/log.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';

void t.test('a log line says when, how bad, which process and which canary', async (t) => {
  const lines: string[] = [];
  const log = createLog({
    level: 'info',
    process: 'scheduler',
    destination: { write: (text) => void lines.push(text) },
  });
  log.debug('not this');
  logOf(log, 'ns/podinfo').warn({ weight: 30 }, 'held');
  t.equal(lines.length, 1);
  t.match(JSON.parse(lines[0] ?? ''), {
    time: /^\d{4}-\d\d-\d\dT/,
    level: 'warn',
    process: 'scheduler',
    canary: 'ns/podinfo',
    weight: 30,
    msg: 'held',
  });
});

void t.test('metrics live in the registry they were made in', async (t) => {
  const [one, two] = [new Registry(), new Registry()];
  const metrics = createMetrics(one);
  createMetrics(two);
  metrics.apiRequests.inc({ verb: 'get', resource: 'canaries', code: 200 });
  metrics.bypasses.inc();
  metrics.admissionDuration.observe({ outcome: 'held' }, 0.002);
  t.match(await one.metrics(), 'headgate_api_requests_total{verb="get",resource="canaries",code="200"} 1');
  t.match(await one.metrics(), 'headgate_bypasses_total 1');
  t.notMatch(await two.metrics(), 'resource="canaries"');
});

void t.test('every metric has our prefix and a sentence', async (t) => {
  const registry = new Registry();
  createMetrics(registry);
  for (const { name, help } of await registry.getMetricsAsJSON()) {
    t.match(name, /^headgate_[a-z_]+$/);
    t.match(help, /^[A-Z].+\.$/, name);
  }
});
