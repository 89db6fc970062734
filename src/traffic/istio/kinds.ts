import type { KubeObject } from '../../rollout/kube.ts';
import { namespacedKind } from '../../rollout/object-change.ts';
import type { DestinationRule, Gateway, VirtualService } from './reach/objects.ts';

const GROUP = 'networking.istio.io';
const VERSION = 'v1';
export const apiVersion = `${GROUP}/${VERSION}`;
export const VIRTUAL_SERVICES = namespacedKind(GROUP, VERSION, 'virtualservices', 'VirtualService');
export const DESTINATION_RULES = namespacedKind(GROUP, VERSION, 'destinationrules', 'DestinationRule');

export const GATEWAYS = namespacedKind(GROUP, VERSION, 'gateways', 'Gateway');

export const isVirtualService = (object: KubeObject): object is VirtualService => object.kind === VIRTUAL_SERVICES.kind;
export const isDestinationRule = (object: KubeObject): object is DestinationRule =>
  object.kind === DESTINATION_RULES.kind;
export const isGateway = (object: KubeObject): object is Gateway => object.kind === GATEWAYS.kind;
