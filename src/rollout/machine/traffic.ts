import type { Deployment } from '../kube.ts';
import type { ObjectChange } from '../object-change.ts';
import type { ServiceSpec } from '../spec/spec-types.ts';

/** What is wanted of a Deployment's traffic besides the canary's weight. */
export interface TrafficWish {
  deployment: Deployment;
  service: ServiceSpec;
}

/** What the routes of a Deployment say, whatever kinds of objects they are. */
export interface RouteReading {
  /** The canary's weight in percent; undefined: the routes do not agree on one. */
  weight: number | undefined;
  /** Another one after every write of what was read. */
  version: string;
  /** Something besides the weight is not as wanted: hosts, gateways, the other destination. */
  stale: boolean;
  /** Why no weight can be given by them, for a person; left out where one can. */
  unusable?: string;
}

/** What there is of a Deployment's traffic. */
export interface TrafficReading {
  /** Undefined: there is no route, and the stable Service alone has the traffic. */
  route?: RouteReading;
  /**
   * Writes by which both hosts are reached in the same way (rules for connections and the like); none where all stands. They
   * are wanted at any time, and are done before a weight rises.
   */
  prerequisites: readonly ObjectChange[];
}
