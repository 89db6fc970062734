import t from 'tap';
import type { SourceObject } from '../../../src/cli/documents.ts';
import { ALERT_PROVIDER_TABLE } from '../../../src/cli/import/alert-provider.ts';
import { type FieldTable, leavesOf, pathsOf, patternOf } from '../../../src/cli/import/field-table.ts';
import { CANARY_FIELDS, CANARY_TABLE } from '../../../src/cli/import/fields/canary.ts';
import { flaggerCanaryOf } from '../../../src/cli/import/flagger-object.ts';
import { METRIC_TEMPLATE_TABLE } from '../../../src/cli/import/metric-template.ts';
import { objectsText } from '../../../src/cli/import/output.ts';
import { translate } from '../../../src/cli/import/translation.ts';
import { isRecord, type Path, valueAt } from '../../../src/rollout/spec/rules/findings.ts';
import { manifests, objectsOf } from './manifests.ts';

const TABLES: Record<string, FieldTable> = {
  Canary: CANARY_TABLE,
  MetricTemplate: METRIC_TEMPLATE_TABLE,
  AlertProvider: ALERT_PROVIDER_TABLE,
};

/** The fields that an object has, by the names of the table. */
function fieldsIn(table: FieldTable, value: Record<string, unknown>): string[] {
  const spec = table === CANARY_TABLE ? flaggerCanaryOf(value).spec : value['spec'];
  return leavesOf(table, spec, ['spec']).flatMap((leaf) => ('field' in leaf ? [patternOf(leaf.path)] : []));
}

for (const [kind, table] of Object.entries(TABLES)) {
  void t.test(`the manifests use every field of the table for ${kind}`, async (t) => {
    const used = new Set(objectsOf(kind).flatMap(({ value }) => fieldsIn(table, value)));
    t.same(
      [...table.rows.keys()].filter((path) => !used.has(path)),
      [],
    );
  });
}

void t.test('no field stands in two rows', async (t) => {
  const paths = CANARY_FIELDS.flatMap(pathsOf);
  t.same(
    paths.filter((path, index) => paths.indexOf(path) < index),
    [],
  );
});

const written = (objects: readonly SourceObject[]): string => objectsText(translate(objects).objects, 'yaml');

/** What is written without one of the fields. */
function writtenWithout(objects: readonly SourceObject[], index: number, path: Path): string {
  const copy = structuredClone([...objects]);
  const holder = valueAt(copy[index]?.value, path.slice(0, -1));
  if (isRecord(holder)) delete holder[`${path.at(-1)}`];
  return written(copy);
}

/** With the analysis of an old version where it stands today. */
const withPresentNames = ({ place, value }: SourceObject): SourceObject =>
  value['kind'] === 'Canary' ? { place, value: { ...value, spec: flaggerCanaryOf(value).spec } } : { place, value };

/** Fields of Canaries without which something else is written. */
function mattering(objects: readonly SourceObject[]): string[] {
  const usual = written(objects);
  return objects.flatMap(({ value }, index) => {
    const leaves = value['kind'] === 'Canary' ? leavesOf(CANARY_TABLE, value['spec'], ['spec']) : [];
    return leaves
      .filter(({ path }) => writtenWithout(objects, index, path) !== usual)
      .map(({ path }) => patternOf(path));
  });
}

/** Names that go into queries, though what bears them does not come over. */
const IN_QUERIES = new Set(['spec.ingressRef.name', 'spec.routeRef.name']);

void t.test('the table says the truth: a field comes over exactly if it changes what is written', async (t) => {
  const matters = new Set(manifests.flatMap(({ objects }) => mattering(objects.map(withPresentNames))));
  for (const field of CANARY_FIELDS) {
    for (const path of pathsOf(field).filter((path) => !IN_QUERIES.has(path))) {
      t.equal(matters.has(path), field.fate === 'kept', `${path} is ${field.fate}`);
    }
  }
});

void t.test('whatever does not come over has words', async (t) => {
  for (const { path, fate, words } of CANARY_FIELDS) if (fate !== 'kept') t.ok(words, path);
});
