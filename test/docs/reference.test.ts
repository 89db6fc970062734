import { Registry } from 'prom-client';
import t from 'tap';
import { loadConfig } from '../../src/config.ts';
import { ERROR_CODES } from '../../src/errors.ts';
import { loadHookRules, loadMetricRules } from '../../src/hooks/settings.ts';
import { loadAlertSettings } from '../../src/notify/settings.ts';
import { REASONS } from '../../src/rollout/machine/facts.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { code, firstCells, page, rows } from './pages.ts';

void t.test('every Event reason is documented with its type, and nothing else', async (t) => {
  const documented = rows(page('docs/events.md')).map(([reason = '', type]) => [reason, type]);
  t.same(Object.fromEntries(documented), REASONS);
  t.equal(documented.length, Object.keys(REASONS).length, 'each once');
});

void t.test('every error code is documented in its own words, and nothing else', async (t) => {
  const documented = rows(page('docs/errors.md')).map(([name = '', meaning]) => [name, meaning]);
  t.same(Object.fromEntries(documented), ERROR_CODES);
  t.ok(
    rows(page('docs/errors.md')).every(([, , advice]) => advice !== ''),
    'with what to do',
  );
});

/** All that the environment decides, the load tester's own settings apart. */
const settingsOf = (env: Record<string, string>) => ({
  ...loadConfig(env),
  ...loadHookRules(env),
  ...loadMetricRules(env),
  ...loadAlertSettings(env),
});

/** What the configuration asks of the environment. */
function variables(): string[] {
  const asked = new Set<string>();
  // A pod's address, so that its port is asked for too.
  const env = new Proxy<Record<string, string>>(
    { KUBERNETES_SERVICE_HOST: '10.96.0.1' },
    { get: (target, name) => (asked.add(String(name)), target[String(name)]) },
  );
  settingsOf(env);
  return [...asked];
}

void t.test('every variable is documented with its default, and nothing else', async (t) => {
  const documented = rows(page('docs/configuration.md'));
  t.same(documented.map(([name = '']) => name).toSorted(), variables().toSorted());
  const given = documented.filter(([name, cell]) => name?.startsWith('HEADGATE_') && cell !== 'none');
  const env = Object.fromEntries(given.map(([name, cell = '']) => [name, code(cell)]));
  t.same(settingsOf(env), settingsOf({}), 'a configuration of all documented defaults is the default one');
});

void t.test('every metric is documented with its type and labels, and nothing else', async (t) => {
  const registry = new Registry();
  createMetrics(registry);
  const metrics = registry.getMetricsAsArray() as unknown as { name: string; type: string; labelNames: string[] }[];
  const documented = rows(page('docs/metrics.md')).map(([name, type, labels = '']) => {
    return { name, type, labels: labels.split(', ').filter(Boolean).map(code) };
  });
  const real = metrics.map(({ name, labelNames }) => ({
    name,
    type: registry.getSingleMetric(name)?.constructor.name.toLowerCase(),
    labels: labelNames,
  }));
  t.same(documented.toSorted(byName), real.toSorted(byName));
  t.equal(firstCells(page('docs/metrics.md')).length, metrics.length);
});

const byName = (a: { name?: string | undefined }, b: { name?: string | undefined }): number =>
  (a.name ?? '').localeCompare(b.name ?? '');
