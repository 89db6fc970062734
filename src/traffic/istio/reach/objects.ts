import type { KubeObject, Service } from '../../../rollout/kube.ts';

/** What istiod knows, as far as it decides where a route leads. */
export interface MeshObjects {
  /** Such as `cluster.local`. */
  clusterDomain: string;
  /** Where DestinationRules for the whole mesh are, such as `istio-system`. */
  rootNamespace: string;
  services: readonly Service[];
  gateways: readonly Gateway[];
  /** All that may speak for a host, and delegates. */
  virtualServices: readonly VirtualService[];
  destinationRules: readonly DestinationRule[];
}

export interface VirtualService extends KubeObject {
  spec: {
    /** None: it is a delegate, which other VirtualServices name. */
    hosts?: string[];
    /** `mesh` stands for all proxies inside the mesh, and is meant where none is named. */
    gateways?: string[];
    exportTo?: string[];
    http?: HttpEntry[];
    tcp?: RouteEntry[];
    tls?: RouteEntry[];
    [field: string]: unknown;
  };
}

/** A rule as it stands under `tcp` or `tls`, and what a rule under `http` shares with it. */
export interface RouteEntry {
  match?: MatchEntry[];
  route?: WeightedEntry[];
  [field: string]: unknown;
}

export interface HttpEntry extends RouteEntry {
  name?: string;
  mirror?: DestinationEntry;
  mirrors?: { destination: DestinationEntry; [field: string]: unknown }[];
  redirect?: object;
  directResponse?: object;
  delegate?: { name: string; namespace?: string };
}

export interface WeightedEntry {
  destination: DestinationEntry;
  weight?: number;
  [field: string]: unknown;
}

export interface DestinationEntry {
  host: string;
  port?: { number: number };
  subset?: string;
  [field: string]: unknown;
}

export interface StringMatch {
  exact?: string;
  prefix?: string;
  regex?: string;
}

export interface MatchEntry {
  port?: number;
  gateways?: string[];
  sourceLabels?: Record<string, string>;
  sourceNamespace?: string;
  uri?: StringMatch;
  scheme?: StringMatch;
  method?: StringMatch;
  authority?: StringMatch;
  headers?: Record<string, StringMatch>;
  withoutHeaders?: Record<string, StringMatch>;
  queryParams?: Record<string, StringMatch>;
  ignoreUriCase?: boolean;
  sniHosts?: string[];
  destinationSubnets?: string[];
  [field: string]: unknown;
}

export interface Gateway extends KubeObject {
  spec: {
    servers?: {
      port: { number: number; protocol: string; [field: string]: unknown };
      hosts: string[];
      tls?: { mode?: string; [field: string]: unknown };
      [field: string]: unknown;
    }[];
    [field: string]: unknown;
  };
}

/** What holds for connections to the pods behind a host. */
export interface DestinationRule extends KubeObject {
  spec: {
    host: string;
    trafficPolicy?: object;
    subsets?: { name: string; [field: string]: unknown }[];
    exportTo?: string[];
    /** The client pods that it is for; all, where there is none. */
    workloadSelector?: object;
    [field: string]: unknown;
  };
}

export const namespaceOf = ({ metadata }: KubeObject): string => metadata.namespace ?? 'default';

/** `namespace/name`, as Istio names Gateways. */
export const istioName = (object: KubeObject): string => `${namespaceOf(object)}/${object.metadata.name}`;
