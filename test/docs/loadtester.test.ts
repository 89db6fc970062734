import { Registry } from 'prom-client';
import t from 'tap';
import { createLoadTesterMetrics } from '../../src/loadtester/metrics.ts';
import { loadSettings } from '../../src/loadtester/settings.ts';
import { TASK_TYPES } from '../../src/loadtester/task.ts';
import { tester } from '../loadtester/tester.ts';
import { code, firstCells, page, rows, section } from './pages.ts';

const text = page('docs/loadtester.md');

void t.test('every setting is documented with its default, and nothing else', async (t) => {
  const asked = new Set<string>();
  loadSettings(new Proxy<Record<string, string>>({}, { get: (_, name) => void asked.add(String(name)) }));
  const documented = rows(section(text, '## Settings'));
  t.same(documented.map(([name = '']) => name).toSorted(), [...asked].toSorted());
  const given = documented.filter(([, cell]) => cell !== 'none');
  const env = Object.fromEntries(given.map(([name, cell = '']) => [name, code(cell)]));
  t.same(loadSettings(env), loadSettings({}));
});

void t.test('every metric is documented with its type and labels, and nothing else', async (t) => {
  const registry = new Registry();
  createLoadTesterMetrics(registry).watch(() => ({
    cmd: { running: 0, waiting: 0 },
    acceptance: { running: 0, waiting: 0 },
  }));
  const metrics = registry.getMetricsAsArray() as unknown as { name: string; labelNames: string[] }[];
  const real = metrics.map(({ name, labelNames }) => [
    name,
    registry.getSingleMetric(name)?.constructor.name.toLowerCase() ?? '',
    labelNames.map((label) => `\`${label}\``).join(', '),
  ]);
  const documented = rows(section(text, '## Metrics')).map((cells) => cells.slice(0, 3));
  const byName = ([a = '']: string[], [b = '']: string[]) => a.localeCompare(b);
  t.same(documented.toSorted(byName), real.toSorted(byName));
});

void t.test('every type is documented, and nothing else', async (t) => {
  const [, types = ''] = section(text, '## Commands').split('| type | answer |');
  t.same(firstCells(types), TASK_TYPES);
});

void t.test('every request is documented, and nothing else', async (t) => {
  const { server } = tester(t);
  const documented = firstCells(section(text, '## Requests'));
  await server.app.ready();
  for (const request of documented) {
    const [method = '', url = ''] = request.split(' ');
    t.ok(server.app.hasRoute({ method: method as 'GET' | 'POST', url }), request);
  }
  const routes = server.app.printRoutes({ commonPrefix: false }).match(/\((?:GET|POST)\b/g) ?? [];
  t.equal(routes.length, documented.length);
});
