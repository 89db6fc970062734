import t from 'tap';
import { parse } from 'yaml';
import { ABOUT_CHECKS, SEVERITY_OF } from '../../src/rollout/machine/severities.ts';
import { PROVIDER_TYPES, readProvider } from '../../src/rollout/spec/schema/alert-provider.ts';
import { FORMS } from '../notify/forms.ts';
import { fieldsOf, specOf } from './definition-fields.ts';
import { code, firstCells, page, rows, section } from './pages.ts';

const text = page('docs/notifications.md');
const spec = specOf('manifests/crd-alertprovider.yaml');

void t.test('every reason that is told is documented with its severity, and nothing else', async (t) => {
  const documented = rows(section(text, '## What is told'));
  t.same(Object.fromEntries(documented.map(([reason, severity]) => [reason, severity])), SEVERITY_OF);
  const onlyWhenAsked = documented.filter(([, , when = '']) => when.includes('`checks: true`'));
  t.same(new Set(onlyWhenAsked.map(([reason]) => reason)), ABOUT_CHECKS);
});

void t.test('every field of an AlertProvider is documented with its default, and nothing else', async (t) => {
  const [table = ''] = section(text, '## AlertProvider').split('| type | address |');
  t.same(
    firstCells(table).toSorted(),
    fieldsOf(spec)
      .map(([path]) => path)
      .toSorted(),
  );
  const cells = new Map(rows(table).map(([path = '', cell = '']) => [path, code(cell)]));
  for (const [path, value] of fieldsOf(spec)) if (value !== undefined) t.equal(cells.get(path), value, path);
});

void t.test('every type is documented, and nothing else', async (t) => {
  const [, table = ''] = section(text, '## AlertProvider').split('| type | address |');
  t.same(firstCells(`| type | address |${table}`).toSorted(), [...PROVIDER_TYPES].toSorted());
});

void t.test('the example of a provider, and that of a payload, are right', async (t) => {
  const [, yaml = ''] = /```yaml\n([^]*?)```/.exec(text) ?? [];
  const [, provider = ''] = yaml.split('---\n');
  t.match(readProvider((parse(provider) as { spec: unknown }).spec), { ok: true });
  const [, json = ''] = /```json\n([^]*?)```/.exec(text) ?? [];
  const example: unknown = JSON.parse(json);
  t.same(FORMS.webhook.safeParse(example).error, undefined);
  t.equal(Object.keys(example as object).length, 10, 'with every field');
});
