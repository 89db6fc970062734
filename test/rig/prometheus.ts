import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exporterUrl, prometheusUrl } from './addresses.ts';
import { answers } from './http.ts';
import type { Layout } from './layout.ts';
import type { ProgramSpec } from './process.ts';

function config(layout: Layout): object {
  return {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    scrape_configs: [
      { job_name: 'istio', static_configs: [{ targets: [new URL(exporterUrl).host] }] },
      // Anything else to scrape: a file of target groups in the rig's `targets` directory.
      { job_name: 'extra', file_sd_configs: [{ files: [join(layout.targets, '*.json')], refresh_interval: '5s' }] },
    ],
  };
}

/** Prometheus, scraping every second so that a test's intervals can be short. */
export function prometheus(layout: Layout, command: string): ProgramSpec {
  const file = join(layout.dir, 'prometheus.json');
  writeFileSync(file, JSON.stringify(config(layout)));
  return {
    name: 'prometheus',
    command,
    args: [
      `--config.file=${file}`,
      `--storage.tsdb.path=${layout.data('prometheus')}`,
      `--web.listen-address=${new URL(prometheusUrl).host}`,
      '--web.enable-lifecycle',
      '--log.level=warn',
    ],
    logFile: layout.log('prometheus'),
    ready: () => answers(`${prometheusUrl}/-/ready`),
  };
}
