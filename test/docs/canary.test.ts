import t from 'tap';
import { parse } from 'yaml';
import { PHASES } from '../../src/rollout/machine/state.ts';
import { statusOf } from '../../src/rollout/machine/status.ts';
import { BUILTIN_NAMES } from '../../src/rollout/spec/builtin-metrics.ts';
import { code, firstCells, page, rows, section } from './pages.ts';

interface Schema {
  properties?: Record<string, Schema>;
  items?: Schema;
  default?: string | number | object;
}

const text = page('docs/canary.md');
const definition = parse(page('manifests/crd.yaml')) as {
  spec: { versions: { schema: { openAPIV3Schema: Schema } }[] };
};
const schema = definition.spec.versions[0]?.schema.openAPIV3Schema.properties ?? {};

/** One text and how it is compared: a field of three spellings. */
const isTextMatch = ({ properties }: Schema): boolean => Object.keys(properties ?? {}).join() === 'exact,prefix,regex';

/** The paths of all fields that hold a value, and of lists of objects, with their defaults. */
function fields({ properties = {} }: Schema, prefix = ''): [path: string, value: Schema['default']][] {
  return Object.entries(properties).flatMap(([name, field]): [string, Schema['default']][] => {
    const path = `${prefix}${name}`;
    if (isTextMatch(field)) return [[path, field.default]];
    if (field.properties) return fields(field, `${path}.`);
    if (field.items?.properties && !isTextMatch(field.items))
      return [[path, field.default], ...fields(field.items, `${path}[].`)];
    return [[path, field.default]];
  });
}

void t.test('every field of the spec is documented, and nothing else', async (t) => {
  const documented = firstCells(section(text, '## spec'));
  t.same(
    documented.toSorted(),
    fields(schema['spec'] ?? {})
      .map(([path]) => path)
      .toSorted(),
  );
});

void t.test('the defaults are those of the definition', async (t) => {
  const cells = new Map(rows(section(text, '## spec')).map(([path = '', cell = '']) => [path, cell]));
  for (const [path, value] of fields(schema['spec'] ?? {})) {
    if (value !== undefined) t.equal(code(cells.get(path) ?? ''), `${value as string | number}`, path);
  }
});

void t.test("every measure of Headgate's own is named", async (t) => {
  const named = rows(section(text, '## spec')).find(([path]) => path === 'analysis.metrics[].name');
  for (const name of BUILTIN_NAMES) t.ok(named?.at(-1)?.includes(`\`${name}\``), name);
});

void t.test('every field of the status is documented, and nothing else', async (t) => {
  const [fieldTable = ''] = section(text, '## status').split('### ');
  const release = [
    'stable',
    'previous',
    'release',
    'command',
    'bypassExpiry',
    'declinedPins',
    'pinning',
    'unpinnedPods',
    'restoring',
  ];
  const memory = [...release, 'told', 'outbox', 'history'];
  t.same(firstCells(fieldTable).toSorted(), [...Object.keys(schema['status']?.properties ?? {}), ...memory].toSorted());
});

void t.test('every phase is documented, in its order', async (t) => {
  t.same(firstCells(section(text, '### Phases')), PHASES);
});

void t.test('the conditions are true in the phases that the page says', async (t) => {
  for (const [condition = '', cell = ''] of rows(section(text, '### Conditions'))) {
    const [said = ''] = cell.split(', and while');
    const documented = said.split(', ').map(code);
    t.same(
      PHASES.filter((phase) => isTrue(condition, phase)),
      PHASES.filter((phase) => documented.includes(phase)),
      condition,
    );
  }
});

function isTrue(condition: string, phase: (typeof PHASES)[number]): boolean {
  const view = { spec: undefined, route: undefined, stopsPodsFirst: false, generation: 1, before: undefined };
  const { conditions } = statusOf({ ...view, state: { phase, since: '2026-01-01T00:00:00.000Z' } });
  return conditions.some(({ type, status }) => type === condition && status === 'True');
}
