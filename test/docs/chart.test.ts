import { isDeepStrictEqual } from 'node:util';
import t from 'tap';
import { parse } from 'yaml';
import { code, page, rows, section } from './pages.ts';

interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: unknown;
  definitions?: Record<string, Schema>;
  $ref?: string;
}
type Values = Record<string, unknown>;

const CHART = 'manifests/chart';
const values = parse(page(`${CHART}/values.yaml`)) as Values;
const root = JSON.parse(page(`${CHART}/values.schema.json`)) as Schema;
const documented = rows(section(page('docs/chart.md'), '## Values'));

const resolved = (schema: Schema): Schema =>
  schema.$ref ? (root.definitions?.[schema.$ref.replace('#/definitions/', '')] ?? {}) : schema;

/** Paths of everything that has no properties of its own. */
function settings(schema: Schema, prefix = ''): string[] {
  const { properties } = resolved(schema);
  if (properties === undefined) return [prefix];
  return Object.entries(properties).flatMap(([name, property]) =>
    settings(property, prefix ? `${prefix}.${name}` : name),
  );
}

const at = (path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (value as Values | undefined)?.[key], values);

/** What Helm gives to every chart, and the parts of a reference that the page describes in one row. */
const paths = settings(root)
  .filter((path) => path !== 'global')
  .map((path) => path.replace(/(\.issuerRef)\..+/, '$1'));

void t.test('every value of the schema is documented, and nothing else', async (t) => {
  t.same(documented.map(([path]) => path).toSorted(), [...new Set(paths)].toSorted());
});

void t.test('the documented defaults are those of values.yaml', async (t) => {
  for (const [path = '', cell = ''] of documented) {
    const value: unknown = parse(code(cell));
    t.ok(isDeepStrictEqual(at(path), value), `${path} is ${JSON.stringify(at(path))}`);
  }
});

/** Paths of values.yaml that the schema does not know. */
function unknown(value: unknown, schema: Schema, prefix = ''): string[] {
  const { properties } = resolved(schema);
  if (properties === undefined || typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, entry]) => {
    const property = properties[name];
    return property ? unknown(entry, property, `${prefix}${name}.`) : [`${prefix}${name}`];
  });
}

void t.test('values.yaml has nothing that the schema does not know', async (t) => {
  t.same(unknown(values, root), []);
});

/** Objects that would take any word. */
function open(schema: Schema, path = ''): string[] {
  const { properties, additionalProperties } = resolved(schema);
  if (properties === undefined) return [];
  const own = additionalProperties === false ? [] : [path];
  return [...own, ...Object.entries(properties).flatMap(([name, property]) => open(property, `${path}.${name}`))];
}

void t.test('a misspelt value is refused wherever it stands', async (t) => t.same(open(root), []));

void t.test('the chart has the version of the package, and the definitions that the schemas make', async (t) => {
  const { version } = JSON.parse(page('package.json')) as { version: string };
  t.match(parse(page(`${CHART}/Chart.yaml`)), { version, appVersion: version });
  for (const name of [
    'crd.yaml',
    'crd-alertprovider.yaml',
    'crd-metrictemplate.yaml',
    'crd-clustermetrictemplate.yaml',
  ])
    t.equal(page(`${CHART}/files/${name}`), page(`manifests/${name}`), 'node test/chart/render.ts copies it');
});
