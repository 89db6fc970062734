import { readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { parse, stringify } from 'yaml';
import { alertProviderCrd } from '../../src/rollout/crd/alert-provider-crd.ts';
import { canaryCrd } from '../../src/rollout/crd/canary-crd.ts';
import type { StructuralSchema } from '../../src/rollout/crd/crd-schema.ts';
import { clusterMetricTemplateCrd, metricTemplateCrd } from '../../src/rollout/crd/metric-template-crd.ts';
import { readProvider } from '../../src/rollout/spec/schema/alert-provider.ts';
import { readMetricTemplate } from '../../src/rollout/spec/schema/metric-template.ts';
import { readForm } from '../../src/rollout/spec/spec.ts';

const manifest = (name: string): URL => new URL(`../../manifests/${name}.yaml`, import.meta.url);
const made = {
  crd: canaryCrd(),
  'crd-alertprovider': alertProviderCrd(),
  'crd-metrictemplate': metricTemplateCrd(),
  'crd-clustermetrictemplate': clusterMetricTemplateCrd(),
};

for (const [name, definition] of Object.entries(made)) {
  /** `HEADGATE_UPDATE=1` rewrites the manifest; the diff is then read by a person. */
  void t.test(`manifests/${name}.yaml is what the schema makes`, async (t) => {
    const header =
      '# Made from the schema in src/rollout by test/rollout/crd.test.ts (HEADGATE_UPDATE=1). Not edited by hand.\n';
    const text = header + stringify(definition, { lineWidth: 120, aliasDuplicateObjects: false });
    if (process.env.HEADGATE_UPDATE === '1') writeFileSync(manifest(name), text);
    t.equal(readFileSync(manifest(name), 'utf8'), text);
  });
}

interface Crd {
  spec: {
    versions: { schema: { openAPIV3Schema: StructuralSchema }; additionalPrinterColumns: { jsonPath: string }[] }[];
  };
}

const versionIn = (name: string) => (parse(readFileSync(manifest(name), 'utf8')) as Crd).spec.versions[0];
const version = versionIn('crd');
const root = version?.schema.openAPIV3Schema ?? {};
const provider = versionIn('crd-alertprovider')?.schema.openAPIV3Schema ?? {};
const template = versionIn('crd-metrictemplate')?.schema.openAPIV3Schema ?? {};

const schemasIn = (schema: StructuralSchema): StructuralSchema[] => [
  schema,
  ...Object.values(schema.properties ?? {}).flatMap(schemasIn),
  ...(schema.items ? schemasIn(schema.items) : []),
  ...(typeof schema.additionalProperties === 'object' ? schemasIn(schema.additionalProperties) : []),
];

void t.test('every schema is structural', async (t) => {
  for (const schema of [root, provider, template].flatMap(schemasIn)) {
    const union = schema['x-kubernetes-int-or-string'] === true;
    t.equal(typeof schema.type, union ? 'undefined' : 'string', `has a type: ${JSON.stringify(schema).slice(0, 80)}`);
    t.notOk(schema.properties && schema.additionalProperties, 'has fields or is a map');
    for (const keyword of ['propertyNames', 'anyOf', 'oneOf', 'allOf', 'not', '$ref', 'const']) {
      t.notOk(keyword in schema, `has no ${keyword}`);
    }
  }
});

void t.test('every printer column shows a field that the status has', async (t) => {
  for (const { jsonPath } of version?.additionalPrinterColumns ?? []) {
    const name = jsonPath.replace('.status.', '');
    t.ok(root.properties?.status?.properties?.[name], jsonPath);
  }
});

/** What the API server does on a write: defaults from the outside in. */
function withDefaults(value: unknown, schema: StructuralSchema): unknown {
  if (Array.isArray(value)) return value.map((entry) => withDefaults(entry, schema.items ?? {}));
  if (typeof value !== 'object' || value === null) return value;
  const filled: Record<string, unknown> = { ...value };
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (!(name in filled) && 'default' in property) filled[name] = structuredClone(property.default);
    if (name in filled) filled[name] = withDefaults(filled[name], property);
  }
  return filled;
}

/** And what becomes of fields that it does not know. */
function pruned(value: unknown, schema: StructuralSchema): unknown {
  if (Array.isArray(value)) return value.map((entry) => pruned(entry, schema.items ?? {}));
  if (typeof value !== 'object' || value === null || schema['x-kubernetes-preserve-unknown-fields']) return value;
  const kept = Object.entries(value).flatMap(([name, entry]) => {
    const inner = schema.properties?.[name] ?? schema.additionalProperties;
    return typeof inner === 'object' ? [[name, pruned(entry, inner)]] : [];
  });
  return Object.fromEntries(kept);
}

const route = {
  timeout: '5s',
  retries: { attempts: 3, perTryTimeout: '2s', retryOn: '5xx', retryRemoteLocalities: true },
  headers: { request: { set: { a: 'b' }, add: { c: 'd' }, remove: ['e'] }, response: {} },
  match: [{ name: 'a', uri: { prefix: '/' }, headers: { a: {} }, queryParams: { b: { exact: 'c' } }, port: 80 }],
  rewrite: { uri: '/' },
  corsPolicy: { allowOrigins: [{ regex: '.*' }], maxAge: '1h' },
  trafficPolicy: { outlierDetection: { any: { thing: [1] } }, portLevelSettings: [{ port: { number: 80 } }] },
};

const forms: Record<string, object> = {
  'all that a route can say': { targetRef: { name: 'podinfo' }, service: { port: 9898, ...route } },
  'the least that can be written': { targetRef: { name: 'podinfo' }, service: { port: 9898 } },
  'a list of steps': { targetRef: { name: 'podinfo' }, service: { port: 9898 }, analysis: { stepWeights: [1, 2] } },
  'metrics without windows': {
    targetRef: { name: 'podinfo' },
    service: { port: 9898 },
    analysis: { metrics: [{ name: 'request-duration', threshold: 500 }] },
  },
};

for (const [name, form] of Object.entries(forms)) {
  void t.test(`the API server's defaults are Headgate's: ${name}`, async (t) => {
    const spec = root.properties?.spec ?? {};
    const mine = readForm(form);
    t.match(mine, { ok: true });
    t.same(pruned(form, spec), form, 'every field is known');
    t.same(readForm(withDefaults(form, spec)), mine, 'a form reads the same after defaulting');
    if (mine.ok) t.same(withDefaults(mine.form, spec), mine.form, 'a complete form is not changed by it');
  });
}

void t.test('the API server’s defaults are Headgate’s: an AlertProvider', async (t) => {
  const filled = withDefaults({ type: 'slack' }, provider.properties?.spec ?? {});
  t.same(readProvider({ type: 'slack' }), { ok: true, value: filled });
});

void t.test('the API server’s defaults are Headgate’s: a MetricTemplate', async (t) => {
  const form = { provider: { type: 'http', address: 'https://a.example' }, query: '/', http: { value: '/score' } };
  const filled = withDefaults(form, template.properties?.spec ?? {});
  t.same(readMetricTemplate(form), { ok: true, value: filled });
});
