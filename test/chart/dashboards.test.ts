import t from 'tap';
import { page } from '../docs/pages.ts';
import { dashboardFiles } from './dashboards/files.ts';

for (const [path, text] of dashboardFiles()) {
  void t.test(`${path} is what its source makes (else: node test/chart/render.ts)`, async (t) => {
    t.equal(page(path), text);
  });
}
