import t from 'tap';
import { parse } from 'yaml';
import { page, rows, section } from './pages.ts';

interface Group {
  rules: { alert: string; expr: string; labels: { severity: string }; annotations: Record<string, string> }[];
}

const rules = (parse(page('manifests/chart/files/alerts.yaml')) as Group[]).flatMap((group) => group.rules);

void t.test('every alert is documented with its severity, and nothing else', async (t) => {
  const documented = rows(section(page('docs/dashboards.md'), '## Alerts')).map(([name, severity]) => [name, severity]);
  t.same(
    documented,
    rules.map(({ alert, labels }) => [alert, labels.severity]),
  );
});

void t.test('every alert says what is wrong and what that means', async (t) => {
  for (const { alert, annotations } of rules) {
    t.same(Object.keys(annotations), ['summary', 'description'], alert);
    t.ok(
      Object.values(annotations).every((text) => /[.!?]$/.test(text.trim())),
      `${alert} speaks in sentences`,
    );
  }
});

void t.test('every metric of Headgate in an alert or a dashboard is one that it has', async (t) => {
  const known = new Set(rows(page('docs/metrics.md')).map(([name]) => name));
  const texts = ['files/alerts.yaml', 'files/dashboards/canary.json', 'files/dashboards/self.json'];
  const asked = texts.flatMap((path) => page(`manifests/chart/${path}`).match(/\bheadgate_\w+/g) ?? []);
  const named = asked.map((name) => name.replace(/(_bucket|_count|_sum)$/, ''));
  t.ok(named.length > 50);
  t.same(
    [...new Set(named)].filter((name) => !known.has(name)),
    [],
  );
});
