import { join } from 'node:path';
import { callerNamespace, exporterUrl } from './addresses.ts';
import { answers } from './http.ts';
import type { Layout } from './layout.ts';
import type { ProgramSpec } from './process.ts';
import type { ReportingProxy } from './telemetry/labels.ts';
import type { ExporterOptions } from './telemetry/serve.ts';

const gateway: ReportingProxy = {
  workload: 'istio-ingressgateway',
  namespace: 'istio-system',
  app: 'istio-ingressgateway',
  namesByHost: false,
};
const caller: ReportingProxy = { workload: 'caller', namespace: callerNamespace, app: 'caller', namesByHost: true };

/** Makes the metrics of a real mesh from the logs of both Envoys, which have no filter of Istio's to do so. */
export function exporter(layout: Layout): ProgramSpec {
  const { hostname, port } = new URL(exporterUrl);
  const options: ExporterOptions = {
    host: hostname,
    port: Number(port),
    proxies: [
      { pipe: layout.pipe('envoy'), proxy: gateway },
      { pipe: layout.pipe('sidecar'), proxy: caller },
    ],
  };
  const script = join(import.meta.dirname, 'telemetry', 'serve.ts');
  return {
    name: 'exporter',
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', script, JSON.stringify(options)],
    logFile: layout.log('exporter'),
    ready: () => answers(`${exporterUrl}/metrics`),
  };
}
