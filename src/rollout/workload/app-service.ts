import { PREFIX, ROLE } from '../keys.ts';
import type { Deployment, PodTemplate, Service } from '../kube.ts';
import { type Labels, selects } from './label-selector.ts';
import { stableLabelOf, suffixLabels } from './pod-selectors.ts';
import { containerPortsOf } from './ports.ts';
import type { TrafficObstacle, TrafficReason } from './traffic-obstacle.ts';

/** The Service by which clients reach a Deployment. */
export type AppService =
  | { is: 'found'; service: Service }
  /** There is none, and none is named: one of the Deployment's name is to be made. */
  | { is: 'absent' }
  /** Services cannot be read: it may be there or not. `name`: that of the one by which the release under way went. */
  | { is: 'unknown'; name?: string }
  | ({ is: 'unusable' } & TrafficObstacle);

/** What a Service is looked for with. */
export interface ServiceSearch {
  deployment: Deployment;
  /** The selector label that gets the canary's suffix. */
  label: string;
  /** The name that was written, if one was. */
  name: string | undefined;
  /** All of the namespace, Headgate's own too. */
  services: readonly Service[];
  /** Pod labels of the other workloads of the namespace. */
  neighbours: readonly Record<string, string>[];
}

const SETTING = `${PREFIX}service`;

/**
 * The Service that is written; else the one of the Deployment's name; else the only one that selects its pods, and no others'.
 * It is judged here whether its traffic can be divided at all; how, is the provider's business.
 */
export function appServiceOf(search: ServiceSearch): AppService {
  const chosen = choose(search);
  if (chosen.is !== 'found') return chosen;
  const obstacle = obstacleOf(chosen.service, search.deployment) ?? overlapOf(search);
  return obstacle === undefined ? chosen : { is: 'unusable', ...obstacle };
}

const unusable = (reason: TrafficReason, message: string): AppService => ({ is: 'unusable', reason, message });

function choose({ deployment, name, services, neighbours }: ServiceSearch): AppService {
  const { name: own, namespace } = deployment.metadata;
  const named = services.find(({ metadata }) => metadata.name === (name ?? own));
  if (named !== undefined) return { is: 'found', service: named };
  if (name !== undefined) {
    return unusable(
      'ServiceNotFound',
      `there is no Service ${name} in namespace ${namespace ?? ''}, which ${SETTING} names; create it, or name the one that clients use`,
    );
  }
  const labels = labelsOf(deployment.spec.template);
  const selecting = services.filter((service) => !isGenerated(service) && isSelecting(service, labels));
  const [only, ...more] = selecting;
  if (only === undefined) return { is: 'absent' };
  const names = selecting.map(({ metadata }) => metadata.name);
  if (more.length > 0) {
    return unusable(
      'ServiceAmbiguous',
      `several Services select the pods of ${own}: ${names.join(', ')}; say which of them clients use, by ${SETTING}: ${names[0] ?? ''}`,
    );
  }
  if (!neighbours.some((others) => isSelecting(only, others))) return { is: 'found', service: only };
  return unusable(
    'ServiceAmbiguous',
    `Service ${only.metadata.name} selects the pods of other workloads too, so a share of it is no share of ${own}; give ${own} a Service of its own, and name it by ${SETTING}`,
  );
}

function obstacleOf({ metadata: { name }, spec }: Service, { metadata, spec: { template } }: Deployment) {
  if (spec['type'] === 'ExternalName')
    return obstacle(
      'ServiceExternalName',
      `Service ${name} is an ExternalName, which leads out of the cluster: there are no pods of it to divide`,
    );
  if (spec['clusterIP'] === 'None')
    return obstacle(
      'ServiceHeadless',
      `Service ${name} is headless (clusterIP: None): its clients pick pods by themselves, so no weight reaches them; give ${metadata.name} one with an address, and name it by ${SETTING}`,
    );
  if (Object.keys(spec.selector ?? {}).length === 0)
    return obstacle(
      'ServiceNoSelector',
      `Service ${name} has no selector: where it leads is written by hand, and cannot be divided`,
    );
  if (!isSelecting({ metadata: { name }, spec }, labelsOf(template)))
    return obstacle(
      'ServiceNotFound',
      `Service ${name} does not select the pods of Deployment ${metadata.name}; mend its selector, or name the Service that does by ${SETTING}`,
    );
  return unlistened(name, spec.ports ?? [], template);
}

/** A named target that no container of the pod template has leads nowhere. */
function unlistened(service: string, ports: NonNullable<Service['spec']['ports']>, template: PodTemplate) {
  const names = containerPortsOf(template).map(({ name }) => name);
  const missing = ports.find(({ targetPort }) => typeof targetPort === 'string' && !names.includes(targetPort));
  return (
    missing &&
    obstacle(
      'PortNotExposed',
      `port ${portWords(missing)} of Service ${service} leads to the container port ${missing.targetPort}, and the pod template has none of that name; name a port of it so, or write its number as targetPort`,
    )
  );
}

const obstacle = (reason: TrafficReason, message: string): TrafficObstacle => ({ reason, message });

const portWords = ({ name, port }: { name?: string; port: number }): string => (name ? `${port} (${name})` : `${port}`);

/**
 * Services that do not look at the label which tells stable and canary apart: the canary's pods would get their traffic. One that
 * selects by it the canary alone was written for the canary.
 */
function overlapOf({ deployment, label, services }: ServiceSearch): TrafficObstacle | undefined {
  const stable = labelsOf(deployment.spec.template);
  const canary = suffixLabels(stable, stableLabelOf(deployment, label));
  const isBlind = ({ spec: { selector = {} } }: Service): boolean => selector[label] === undefined;
  const overlapping = services.filter(
    (service) => !isGenerated(service) && isBlind(service) && isSelecting(service, canary),
  );
  if (overlapping.length === 0) return undefined;
  const names = overlapping.map(({ metadata }) => metadata.name).join(', ');
  const common = Object.keys(deployment.spec.selector.matchLabels ?? {}).find(
    (key) => key !== label && overlapping.every(({ spec }) => spec.selector?.[key] !== undefined),
  );
  const remedy =
    common === undefined
      ? `add ${label}: ${stable[label] ?? ''} to their selectors`
      : `let ${common} tell them apart, by ${PREFIX}selector-label: ${common}, or add ${label}: ${stable[label] ?? ''} to their selectors`;
  const message = `would give the canary's pods traffic that has no weight: the label ${label} tells them apart, and these Services do not select by it: ${names}; ${remedy}`;
  return { reason: 'SelectorOverlap', message };
}

const labelsOf = ({ metadata }: PodTemplate): Record<string, string> => metadata?.labels ?? {};

const isGenerated = ({ metadata }: Service): boolean => metadata.labels?.[ROLE] !== undefined;

/** An empty selector selects nothing. */
const isSelecting = ({ spec: { selector = {} } }: Service, labels: Labels): boolean =>
  Object.keys(selector).length > 0 && selects({ matchLabels: selector }, labels);
