import type { Deployment, LabelSelector, OwnerReference, Service } from '../kube.ts';
import { canaryName } from '../names.ts';
import { picked } from '../picked.ts';
import type { ServiceSpec } from '../spec/spec-types.ts';
import { generatedMeta, ownerOf, replaceable } from './generated.ts';
import { stableLabelOf, suffixLabels } from './pod-selectors.ts';
import { isSame } from './template.ts';

const objectOf = (owner: Deployment, name: string, spec: Service['spec']): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: generatedMeta(owner, name, 'service'),
  spec: { type: 'ClusterIP', ...spec },
});

/** The Service of a Deployment for which its user has none. */
export function stableService(stable: Deployment, { port = 80, portName, targetPort = port }: ServiceSpec): Service {
  const { name } = stable.metadata;
  const made = objectOf(stable, name, {
    selector: { ...stable.spec.selector.matchLabels },
    ports: [{ name: portName, port, targetPort }],
  });
  return replaceable(made);
}

/** What of a Service decides how its traffic is divided among its pods, and by which ports it is reached. */
const DIVIDING = [
  'sessionAffinity',
  'sessionAffinityConfig',
  'internalTrafficPolicy',
  'trafficDistribution',
  'publishNotReadyAddresses',
  'ipFamilies',
  'ipFamilyPolicy',
] as const;
/** Every field of a spec that is the stable Service's to say. */
export const COPIED: readonly string[] = [...DIVIDING, 'selector', 'ports', 'type'];
const OF_A_PORT = ['name', 'protocol', 'appProtocol', 'port', 'targetPort'] as const;

/** What of a Service's metadata a mesh reads; what ingress, DNS and cloud controllers read is not for the canary. */
const READ_BY_MESHES =
  /^(networking\.istio\.io\/(exportTo|traffic-distribution)|istio\.io\/(use-waypoint|ingress-use-waypoint|persistent-session)[\w.-]*)$/;

/** What the canary's Service follows from besides the stable one. */
interface MadeFor {
  owner: OwnerReference;
  namespace: string | undefined;
  selector: LabelSelector;
  label: string;
}

/** By the stable Service, as what was read from the API server is never changed: each look asks for it several times. */
const canaryServices = new WeakMap<Service, { service: Service; from: MadeFor }>();

/** The canary's Service: as the stable one is in the cluster, but that it selects the canary's pods alone. Nobody changes what it gives. */
export function canaryService(owner: Deployment, stable: Service, label: string): Service {
  const { metadata, spec } = owner;
  const from: MadeFor = { owner: ownerOf(owner), namespace: metadata.namespace, selector: spec.selector, label };
  const known = canaryServices.get(stable);
  if (known !== undefined && isSame(known.from, from)) return known.service;
  const service = makeCanaryService(owner, stable, label);
  canaryServices.set(stable, { service, from });
  return service;
}

function makeCanaryService(owner: Deployment, stable: Service, label: string): Service {
  const service = objectOf(owner, canaryName(stable.metadata.name), {
    ...picked(stable.spec, DIVIDING),
    selector: suffixLabels(owner.spec.selector.matchLabels, stableLabelOf(owner, label)),
    ports: (stable.spec.ports ?? []).map((port) => picked(port, OF_A_PORT) as typeof port),
  });
  const annotations = forMeshes(stable.metadata.annotations);
  return {
    ...service,
    metadata: {
      ...service.metadata,
      labels: { ...forMeshes(stable.metadata.labels), ...service.metadata.labels },
      ...(Object.keys(annotations).length > 0 && { annotations }),
    },
  };
}

/** By the Service that is there, the last answer: a decision asks it several times. */
const judged = new WeakMap<Service, { wanted: Service; isAsWanted: boolean }>();

/** Whether a canary's Service is as wanted, in all that is copied. */
export function isAsWanted(present: Service, wanted: Service): boolean {
  const known = judged.get(present);
  if (known?.wanted === wanted) return known.isAsWanted;
  const answer = { wanted, isAsWanted: hasCopied(present, wanted) };
  judged.set(present, answer);
  return answer.isAsWanted;
}

function hasCopied(present: Service, wanted: Service): boolean {
  const copied = ({ metadata: { labels, annotations }, spec }: Service) => ({
    spec: {
      ...picked(spec, DIVIDING),
      selector: spec.selector,
      ports: spec.ports?.map((port) => picked(port, OF_A_PORT)),
    },
    labels: forMeshes(labels),
    annotations: forMeshes(annotations),
  });
  return isSame(copied(present), copied(wanted));
}

const forMeshes = (entries: Record<string, string> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(entries).filter(([key]) => READ_BY_MESHES.test(key)));
