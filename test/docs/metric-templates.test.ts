import t from 'tap';
import { PROVIDERS_BY_TYPE } from '../../src/analysis/providers/providers.ts';
import { METRIC_PROVIDER_TYPES } from '../../src/rollout/spec/metric-templates/metric-providers.ts';
import { readMetricTemplate } from '../../src/rollout/spec/schema/metric-template.ts';
import { asked } from '../analysis/providers/asked.ts';
import { fieldsOf, specOf } from './definition-fields.ts';
import { templateExamples } from './metric-template-examples.ts';
import { code, firstCells, page, rows, section } from './pages.ts';

const text = page('docs/metric-templates.md');
const spec = specOf('manifests/crd-metrictemplate.yaml');

void t.test('every field of a template is documented with its default, and nothing else', async (t) => {
  const table = section(text, '## spec');
  t.same(
    firstCells(table).toSorted(),
    fieldsOf(spec)
      .map(([path]) => path)
      .toSorted(),
  );
  const cells = new Map(rows(table).map(([path = '', cell = '']) => [path, code(cell)]));
  for (const [path, value] of fieldsOf(spec)) if (value !== undefined) t.equal(cells.get(path), value, path);
});

void t.test('every provider is documented, and nothing else', async (t) => {
  t.same(firstCells(section(text, '## Providers')).toSorted(), [...METRIC_PROVIDER_TYPES].toSorted());
  t.same(Object.keys(PROVIDERS_BY_TYPE).toSorted(), [...METRIC_PROVIDER_TYPES].toSorted());
});

/** Every key that any provider documents, so that each has what it asks for. */
const keys = rows(section(text, '## Providers')).flatMap(([, cell = '']) =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, key = '']) => key),
);
const VALUES: Record<string, string> = {
  newrelic_account_id: '42',
  serviceAccountKey: '{"client_email":"a@b","private_key":"PEM","project_id":"shop"}',
};
const secret = Object.fromEntries(keys.map((key) => [key, VALUES[key] ?? key]));

void t.test('there is an example of each provider, which can be asked with the keys that are documented', async (t) => {
  const examples = templateExamples();
  const types = examples.map(({ spec }) => spec.provider.type);
  t.same([...new Set(types)].toSorted(), [...METRIC_PROVIDER_TYPES].toSorted());
  for (const example of examples) {
    t.match(readMetricTemplate(example.spec), { ok: true }, example.metadata.name);
    const own = rows(section(text, '## Providers')).find(([type]) => type === example.spec.provider.type)?.[1] ?? '';
    const held = Object.fromEntries(Object.entries(secret).filter(([key]) => own.includes(`\`${key}\``)));
    const given = example.spec.provider.region === undefined ? withoutAws(example.spec.provider.type, held) : held;
    const question = asked(example.spec, given, { codes: '5..', team: 'a' });
    t.ok('url' in question, `${example.metadata.name}: ${JSON.stringify(question).slice(0, 200)}`);
  }
});

/** A Prometheus that is no service of AWS has none of its keys. */
const withoutAws = (type: string, held: Record<string, string>): Record<string, string> =>
  type === 'prometheus' ? Object.fromEntries(Object.entries(held).filter(([key]) => !key.startsWith('aws_'))) : held;
