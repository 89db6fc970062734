import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { waitFor } from '../../rig/rig.ts';
import type { App } from './app.ts';

const PAGE = fileURLToPath(new URL('../../../docs/import.md', import.meta.url));
const PORTS = [{ name: 'http', port: 9898, targetPort: 9898 }];

/** What Flagger has made of an idle application: a copy serves, and the Deployment is at zero. */
export async function underFlagger(app: App): Promise<void> {
  const primary = app.manifest('1.4.0', { enrolled: false });
  const labels = { app: `${app.name}-primary` };
  const spec = primary.spec as { selector: object; template: { metadata: object } };
  Object.assign(primary.metadata, { name: `${app.name}-primary`, labels });
  Object.assign(spec, { selector: { matchLabels: labels } });
  Object.assign(spec.template.metadata, { labels });
  const selectors = { '': labels, '-primary': labels, '-canary': { app: app.name } };
  const services = Object.entries(selectors).map(([end, selector]) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: app.name + end },
    spec: { selector, ports: PORTS },
  }));
  for (const object of [primary, ...services, routeOf(app)]) await app.apply(object);
  await app.kubectl(['rollout', 'status', `deployment/${app.name}-primary`, '--timeout=60s']);
  await app.kubectl(['scale', `deployment/${app.name}`, '--replicas=0']);
  await waitFor(
    `the gateway to answer for ${app.host}`,
    async () => (await app.rig.gateway.request({ host: app.host })).status === 200,
  );
}

const routeOf = ({ name, host, rig }: App): object => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name },
  spec: {
    hosts: [host, name],
    gateways: [rig.mesh.gatewayName, 'mesh'],
    http: [
      {
        timeout: '15s',
        route: [
          { destination: { host: `${name}-primary` }, weight: 100 },
          { destination: { host: `${name}-canary` }, weight: 0 },
        ],
      },
    ],
  },
});

/** The commands by which docs/import.md hands an application over, as words, for a namespace; without those to Flagger itself. */
export function handOver(namespace: string): string[][] {
  const lines = readFileSync(PAGE, 'utf8').match(/^ {3}kubectl .*$/gm) ?? [];
  return lines
    .map((line) => line.trim().replace(' -n test', ` -n ${namespace}`))
    .filter((line) => !/flagger\.app|FILE|\.yaml/.test(line))
    .map((line) => (line.match(/'[^']*'|\S+/g) ?? []).slice(1).map((word) => word.replaceAll("'", '')));
}
