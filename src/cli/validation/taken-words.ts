import type { Deployment, KubeObject, Service } from '../../rollout/kube.ts';
import { canaryName } from '../../rollout/names.ts';
import { isRecord } from '../../rollout/spec/rules/findings.ts';
import { stableLabelOf } from '../../rollout/workload/pod-selectors.ts';
import { stableService } from '../../rollout/workload/services.ts';
import type { PreviewedPort, TrafficPreview } from '../../traffic/provider.ts';
import type { SourceObject } from '../documents.ts';
import { placeOf } from './taken-names.ts';
import type { Plan } from './traffic.ts';

interface FoundTraffic {
  service: Service;
  preview: TrafficPreview;
  objects: readonly SourceObject[];
}

/** Which Service, ports, routes and label a release takes. */
export function foundWords(
  deployment: Deployment,
  { label }: Plan,
  { service, preview, objects }: FoundTraffic,
): string {
  const { ports, routes } = preview;
  const route = routes.length > 0 ? routes.join(', ') : "a route of Headgate's own";
  return [
    `Service ${service.metadata.name}${placeOf(service as KubeObject, objects)}`,
    ...ports.map((port) => portWords(port, service)),
    route,
    labelWords(deployment, label),
  ].join('; ');
}

/** Where no Service is among the files: the one that would be made. */
export function madeWords(deployment: Deployment, { spec, label }: Plan): string {
  const { metadata, spec: made } = stableService(deployment, spec.service);
  const ports = (made.ports ?? []).map(({ port, name, targetPort }) => {
    const target = targetPort === port ? '' : `, container port ${targetPort}`;
    return `port ${port} (${name})${target}`;
  });
  const service = `no Service of these files selects its pods, so one of the cluster that does, or else a new Service ${metadata.name}`;
  return [service, ...ports, labelWords(deployment, label)].join('; ');
}

function portWords({ port, name, protocol }: PreviewedPort, { spec: { ports = [] } }: Service): string {
  const { targetPort = port } = ports.filter(isRecord).find((entry) => entry.port === port) ?? {};
  const title = name === undefined ? `port ${port}` : `port ${port} (${name})`;
  return `${title}, protocol ${protocol}, container port ${targetPort}`;
}

function labelWords(deployment: Deployment, label: string): string {
  const { key, value } = stableLabelOf(deployment, label);
  return `label ${key}, which is ${canaryName(value)} on the canary's pods`;
}
