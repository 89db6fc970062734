import type { Deployment, Service } from '../kube.ts';
import { canaryName } from '../names.ts';
import type { ObjectChange } from '../object-change.ts';
import type { ServiceSpec } from '../spec/spec-types.ts';
import type { AppService } from '../workload/app-service.ts';
import { canaryService } from '../workload/services.ts';
import { isMadeFor, leadsToCanary } from '../workload/taken-names.ts';
import type { TrafficObstacle } from '../workload/traffic-obstacle.ts';

/** What is wanted of a Deployment's traffic besides the canary's weight. */
export interface TrafficWish {
  deployment: Deployment;
  service: ServiceSpec;
  /** Names of the Services of stable and canary. */
  hosts: { stable: string; canary: string };
  /** The Services themselves: the stable one as it is, the canary's as it is wanted. None before the stable one is there. */
  services?: { stable: Service; canary: Service };
  /** Such as `cluster.local`. */
  clusterDomain: string;
  /** By its name, why routes of a namespace may not be changed, with what to do; left out where all may be that are named. */
  closed?: ReadonlyMap<string, string>;
}

export interface TrafficWishInput extends Pick<TrafficWish, 'closed'> {
  deployment: Deployment;
  /** The settings. */
  spec: ServiceSpec;
  /** The Service by which clients reach the app. */
  service: AppService;
  /** That of the canary, as it is. */
  canaryService?: Service;
  /** The selector label that gets the canary's suffix. */
  label: string;
  clusterDomain: string;
}

export function trafficWish(input: TrafficWishInput): TrafficWish {
  const { deployment, spec, service, canaryService: present, label, clusterDomain, closed } = input;
  const hosts = serviceHosts(deployment, spec, service);
  const base = { deployment, service: spec, hosts, clusterDomain, ...(closed && { closed }) };
  if (service.is !== 'found') return base;
  const stable = service.service;
  // One that a user wrote for the canary stays as it is.
  const canary = present && !isMadeFor(present, deployment) ? present : canaryService(deployment, stable, label);
  return { ...base, services: { stable, canary } };
}

/** Names of the Services of stable and canary. */
export function serviceHosts(
  { metadata }: Deployment,
  { name }: ServiceSpec,
  service: AppService,
): TrafficWish['hosts'] {
  const known = service.is === 'found' ? service.service.metadata.name : service.is === 'unknown' && service.name;
  const stable = known || (name ?? metadata.name);
  return { stable, canary: canaryName(stable) };
}

/** What has the name of the canary's Service. */
export interface CanaryServiceSearch {
  /** All of the namespace. */
  services: readonly Service[];
  /** The name of the canary's Service. */
  host: string;
  /** The selector label that gets the canary's suffix. */
  label: string;
}

/** The canary's Service, Headgate's own or one that a user wrote for it; `named`: what has its name and is neither. */
export function canaryServiceAmong(
  deployment: Deployment,
  { services, host, label }: CanaryServiceSearch,
): { canaryService?: Service; named: Service[] } {
  const found = services.find(({ metadata }) => metadata.name === host);
  if (found === undefined) return { named: [] };
  const isCanarys = isMadeFor(found, deployment) || leadsToCanary(found, deployment, label);
  return isCanarys ? { canaryService: found, named: [] } : { named: [found] };
}

/** What the routes of a Deployment say, whatever kinds of objects they are. */
export interface RouteReading {
  /** The canary's weight in percent; undefined: the routes do not agree on one. */
  weight: number | undefined;
  /** Another one after every write of what was read. */
  version: string;
  /** They are those of users, which Headgate only weighs. */
  adopted?: true;
  /** Something besides the weight is not as wanted: hosts, gateways, the other destination. */
  stale: boolean;
}

/** What there is of a Deployment's traffic. */
export interface TrafficReading {
  /** Undefined: there is no route, and the stable Service alone has the traffic. */
  route?: RouteReading;
  /**
   * Writes by which both hosts are reached in the same way (rules for connections and the like), and routes that are not meant
   * any more are their users' again; none where all stands. They are wanted at any time, and those of the
   * Deployment's own namespace are done before a weight rises.
   */
  prerequisites: readonly ObjectChange[];
  /** Why a weight would not arrive; left out where it would. */
  obstacle?: TrafficObstacle;
  /** What of the routes leads to the Service and gets no weights, for a person; left out where nothing does. */
  undivided?: string;
  /** Names by which clients ask for the app, besides those of its Service and of the settings; left out where there are none. */
  hosts?: readonly string[];
}
