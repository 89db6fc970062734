import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readSource } from '../../src/cli/documents.ts';
import { ALERT_PROVIDER_FIELDS } from '../../src/cli/import/alert-provider.ts';
import type { FieldRow } from '../../src/cli/import/field-table.ts';
import { CANARY_FIELDS } from '../../src/cli/import/fields/canary.ts';
import { METRIC_TEMPLATE_FIELDS } from '../../src/cli/import/metric-template.ts';
import { reportOf } from '../../src/cli/import/report.ts';
import { translate } from '../../src/cli/import/translation.ts';
import { page, ROOT, rows, section } from './pages.ts';

const PATH = 'docs/import.md';
const rewrite = process.env['HEADGATE_UPDATE'] === '1';

const TABLES: Record<string, readonly FieldRow[]> = {
  '## Fields of a Canary': CANARY_FIELDS,
  '## Fields of a MetricTemplate': METRIC_TEMPLATE_FIELDS,
  '## Fields of an AlertProvider': ALERT_PROVIDER_FIELDS,
};

/** What the page says of a row of the table. */
function fateWords({ fate, to, words }: FieldRow): string {
  switch (fate) {
    case 'kept':
      return [to === undefined ? 'comes over' : `becomes \`${to}\``, words].filter(Boolean).join('; ');
    case 'lost':
      return `**no counterpart**: ${words}`;
    case 'unneeded':
      return `not needed: ${words}`;
  }
}

const tableText = (fields: readonly FieldRow[]): string =>
  ['| field | what becomes of it |', '|---|---|']
    .concat(fields.map((field) => `| \`${field.path}\` | ${fateWords(field)} |`))
    .join('\n');

function rewriteTable(heading: string, fields: readonly FieldRow[]): void {
  const before = section(page(PATH), heading);
  const [words = ''] = before.split('| field |', 1);
  const after = `${words.trim()}\n\n${tableText(fields)}\n`;
  writeFileSync(
    join(ROOT, PATH),
    page(PATH).replace(`${heading}\n${before}`, () => `${heading}\n\n${after.trimStart()}`),
  );
}

for (const [heading, fields] of Object.entries(TABLES)) {
  void t.test(`${heading.slice(3)}: every one is documented with what becomes of it, and nothing else`, async (t) => {
    if (rewrite) rewriteTable(heading, fields);
    t.same(
      rows(section(page(PATH), heading)),
      fields.map((field) => [field.path, fateWords(field)]),
    );
  });
}

const EXAMPLE = `
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: {name: podinfo, namespace: test}
spec:
  targetRef: {apiVersion: apps/v1, kind: Deployment, name: podinfo}
  revertOnDeletion: true
  service: {port: 9898}
  analysis: {interval: 1m, threshold: 5, stepWeight: 20, maxWeight: 50, stepWeightPromotion: 20, metrics: []}
`;

void t.test('the report that the page shows is a real one', async (t) => {
  const [, shown] = /\$ headgate import -f canary\.yaml > headgate\.yaml\n([^`]*)```/.exec(page(PATH)) ?? [];
  const { objects } = readSource('canary.yaml', EXAMPLE.trimStart());
  t.equal(`${reportOf(translate(objects)).join('\n')}\n`, shown);
});
