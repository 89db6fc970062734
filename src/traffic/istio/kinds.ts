import type { KubeObject } from '../../rollout/kube.ts';
import { type Kind, namespacedKind } from '../../rollout/object-change.ts';
import type { DestinationRule, Gateway, VirtualService } from './reach/objects.ts';

const GROUP = 'networking.istio.io';
const VERSION = 'v1';
export const apiVersion = `${GROUP}/${VERSION}`;
export const VIRTUAL_SERVICES = namespacedKind(GROUP, VERSION, 'virtualservices', 'VirtualService');
export const DESTINATION_RULES = namespacedKind(GROUP, VERSION, 'destinationrules', 'DestinationRule');

export const GATEWAYS = namespacedKind(GROUP, VERSION, 'gateways', 'Gateway');

const isOf =
  (kind: Kind) =>
  (object: KubeObject): boolean =>
    object.kind === kind.kind;

/** Objects of a kind. Nothing requires that one says anything: it then says nothing, as with an empty `spec`. */
const ofKind =
  <T extends KubeObject & { spec: object }>(kind: Kind) =>
  (objects: readonly KubeObject[]): T[] =>
    objects.filter(isOf(kind)).map((object) => (object['spec'] ? object : { ...object, spec: {} }) as T);

export const virtualServicesOf = ofKind<VirtualService>(VIRTUAL_SERVICES);
export const destinationRulesOf = ofKind<DestinationRule>(DESTINATION_RULES);
/** One that may not be read has no `spec`. */
export const gatewaysOf = (objects: readonly KubeObject[]): (KubeObject & { spec?: Gateway['spec'] })[] =>
  objects.filter(isOf(GATEWAYS));
