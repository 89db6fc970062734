import { readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { objectsText } from '../../../src/cli/import/output.ts';
import { reportOf } from '../../../src/cli/import/report.ts';
import { translate } from '../../../src/cli/import/translation.ts';
import { readProvider } from '../../../src/rollout/spec/schema/alert-provider.ts';
import { readMetricTemplate } from '../../../src/rollout/spec/schema/metric-template.ts';
import { normaliseSpec } from '../../../src/rollout/spec/spec.ts';
import { manifests } from './manifests.ts';

/** Whose author was mistaken already: what is written of it is refused, for reasons that the report gives. */
const MISTAKEN = 'mistakes';
const READERS = { Canary: normaliseSpec, AlertProvider: readProvider, MetricTemplate: readMetricTemplate };
const rewrite = process.env['HEADGATE_UPDATE'] === '1';

function kept(path: string, text: string): string {
  if (rewrite) writeFileSync(path, text);
  return readFileSync(path, 'utf8');
}

for (const { name, objects, beside } of manifests) {
  void t.test(`${name}: what is written, and what is said of it`, async (t) => {
    const translation = translate(objects);
    const [written, said] = [objectsText(translation.objects, 'yaml'), `${reportOf(translation).join('\n')}\n`];
    t.equal(written, kept(beside('.canary.yaml'), written));
    t.equal(said, kept(beside('.report.txt'), said));
    t.notMatch(written + said, /do-not-show-this/, 'no secret');
  });

  void t.test(`${name}: Headgate takes it`, async (t) => {
    for (const { made, subject } of translate(objects).objects) {
      if (made === undefined) continue;
      const outcome = READERS[made.kind](made.spec);
      t.equal(outcome.ok, name !== MISTAKEN, `${subject} ${JSON.stringify(outcome)}`);
    }
  });
}
