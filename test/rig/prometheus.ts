import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { envoyAdminUrl, prometheusUrl } from './addresses.ts';
import { answers } from './http.ts';
import type { Layout } from './layout.ts';
import type { ProgramSpec } from './process.ts';

/**
 * A plain Envoy has no istio_requests_total, but its own counters are per destination. These rules give them, in this
 * order, the names and labels of a real mesh: the figures are measured at the data plane, only their names change.
 */
const istioNames = [
  { source_labels: ['__name__'], regex: 'envoy_cluster_upstream_rq(_time_(bucket|sum|count))?', action: 'keep' },
  rename('cluster_name', String.raw`outbound\|[0-9]+\|[^|]*\|[^.]+\.([^.]+)\..+`, 'destination_workload_namespace'),
  // The Service's name, which equals the workload's where they are called alike, as a real mesh reports it.
  rename('cluster_name', String.raw`outbound\|[0-9]+\|[^|]*\|([^.]+)\..+`, 'destination_workload'),
  { target_label: 'reporter', replacement: 'destination' },
  rename(
    '__name__',
    'envoy_cluster_upstream_rq_time_(bucket|sum|count)',
    '__name__',
    'istio_request_duration_milliseconds_$1',
  ),
  rename('__name__', 'envoy_cluster_upstream_rq', '__name__', 'istio_requests_total'),
  { regex: 'cluster_name', action: 'labeldrop' },
];

function rename(from: string, regex: string, to: string, replacement = '$1'): object {
  return { source_labels: [from], regex, target_label: to, replacement };
}

function config(layout: Layout): object {
  return {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    scrape_configs: [
      {
        job_name: 'envoy',
        metrics_path: '/stats/prometheus',
        params: { filter: [String.raw`^cluster\.outbound.*\.upstream_rq`], usedonly: [''] },
        static_configs: [{ targets: [new URL(envoyAdminUrl).host] }],
        metric_relabel_configs: istioNames,
      },
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
