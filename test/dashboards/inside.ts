import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from '../cluster/support/app.ts';
import { type DashboardName, dashboard, withVariables } from '../cluster/support/monitoring/queries.ts';
import { promRange, type Range, type Series } from '../cluster/support/monitoring/range.ts';
import { MonitoredTargets } from '../cluster/support/monitoring/targets.ts';
import { Product } from '../rig/product.ts';
import { openRig, type Rig } from '../rig/rig.ts';
import { picture, sizeOf } from './picture.ts';

/** Before the first release and after the last, so that a picture has an end on both sides. */
const CALM_MS = 12_000;

/** A good release and one that is rolled back; then the pages of both dashboards, and how large they are. */
async function story(on: Rig, to: string): Promise<void> {
  const annotations = { 'step-weights': '20,40,60', interval: '6s', threshold: '2' };
  const app = await App.enrolled(on, 'shop', { annotations });
  const load = app.load(80);
  const from = Date.now();
  await calm();
  await app.release('1.4.1');
  await app.phase('Succeeded', 120_000);
  await calm();
  await app.release('1.4.2-errors');
  await app.phase('Failed', 120_000);
  await calm();
  const range = { from, to: Date.now(), stepS: 1 };
  const { namespace, name } = app;
  const variables = { namespace, canary: name, deployment: name, service: name, __rate_interval: '8s' };
  for (const page of ['canary', 'self'] as const) await write(on, { page, range, variables, to });
  await load.stop();
}

const calm = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, CALM_MS));

interface Wanted {
  page: DashboardName;
  range: Range;
  variables: Readonly<Record<string, string>>;
  to: string;
}

async function write(on: Rig, { page, range, variables, to }: Wanted): Promise<void> {
  const file = dashboard(page);
  const shown = file.panels.flatMap(({ targets: asked = [] }) => asked.map(({ expr }) => expr));
  const marked = (file.annotations.list ?? []).map(({ expr }) => expr);
  const found = new Map<string, Series[]>();
  for (const expr of [...shown, ...marked]) {
    found.set(expr, await promRange(on.mesh.prometheusUrl, withVariables(expr, variables), range));
  }
  writeFileSync(join(to, `${page}.html`), picture({ file, range, answers: (expr) => found.get(expr) ?? [] }));
  writeFileSync(join(to, `${page}.json`), JSON.stringify(sizeOf(file)));
}

const [directory = '.'] = process.argv.slice(2);
const rig = openRig();
const product = new Product(rig, { schedulers: 2 });
const targets = new MonitoredTargets(rig);
try {
  await product.start();
  await targets.start(product);
  await story(rig, directory);
} finally {
  targets.stop();
  await product.stop();
  await rig.close();
}
