import type { KubeObject } from '../../rollout/kube.ts';
import { namespacedKind } from '../../rollout/object-change.ts';

const GROUP = 'networking.istio.io';
const VERSION = 'v1';
export const apiVersion = `${GROUP}/${VERSION}`;
export const VIRTUAL_SERVICES = namespacedKind(GROUP, VERSION, 'virtualservices', 'VirtualService');
export const DESTINATION_RULES = namespacedKind(GROUP, VERSION, 'destinationrules', 'DestinationRule');

/** Where a rule of a VirtualService leads. */
export interface RouteDestination {
  destination: { host: string; port?: { number: number }; [field: string]: unknown };
  weight?: number;
  [field: string]: unknown;
}

export interface HttpRoute {
  route?: RouteDestination[];
  [field: string]: unknown;
}

/** The fields that Headgate reads; every other is kept as it came. */
export interface VirtualService extends KubeObject {
  spec: { hosts?: string[]; gateways?: string[]; http?: HttpRoute[]; [field: string]: unknown };
}

/** What holds for connections to the pods behind a host. */
export interface DestinationRule extends KubeObject {
  spec: { host?: string; trafficPolicy?: object; [field: string]: unknown };
}

/** What an object says. Nothing requires that it says anything. */
export const specOrEmpty = <Spec extends object>({ spec }: { spec?: Spec }): Partial<Spec> => spec ?? {};

export const isVirtualService = (object: KubeObject): object is VirtualService => object.kind === VIRTUAL_SERVICES.kind;
export const isDestinationRule = (object: KubeObject): object is DestinationRule =>
  object.kind === DESTINATION_RULES.kind;
