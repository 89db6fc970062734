import type { KubeObject } from '../rollout/kube.ts';
import type { TrafficReading, TrafficWish } from '../rollout/machine/traffic.ts';
import type { Kind, ObjectChange, PatchOperation } from '../rollout/object-change.ts';
import type { ServiceSpec } from '../rollout/spec/spec-types.ts';
import type { PolicyKind } from '../rollout/workload/policies.ts';

/** Where the objects of one kind come from. Those that carry Headgate's label `headgate.dev/role` are watched. */
export interface TrafficSource {
  kind: Kind;
  /** A cluster without the kind is one without such objects; otherwise its absence keeps the scheduler from starting. */
  optional?: true;
  /**
   * Which of the objects without the label matter: `named`, the one of the Deployment's name, read each time until it has the
   * label; `namespace`, all of the Deployment's namespace, and of
   * those where the settings name routes, watched while a release is under way; `referenced`, those that
   * `references` names, read once a release.
   */
  others: 'named' | 'namespace' | 'referenced';
  /** Its objects carry the weights. */
  isRoute?: true;
}

/** An object that others name. @param key `namespace/name` */
export interface TrafficReference {
  kind: Kind;
  key: string;
}

/**
 * All that was found of a Deployment's traffic, of any source, each object once, as the API server has it: with others of its
 * namespace among them, and of the namespaces where settings name routes, and whatever people wrote into them. One that is there and may not be read has no
 * `spec`.
 */
export type TrafficObjects = readonly KubeObject[];

/** One route as a person is shown it. */
export interface RouteDescription {
  /** What it is and its name. */
  title: string;
  /** Where traffic goes: hosts with percents, where all its rules say the same. Left out: the route is not there. */
  summary?: string;
  /** More about all of it, such as its hosts. */
  details: string[];
  /** One line a rule, where they differ. */
  rules: string[];
}

/** What a Deployment's settings claim of a host. */
export interface HostClaim {
  service: ServiceSpec;
  /** Of the Deployment. */
  namespace: string;
}

/** One port of a Service whose requests would be divided. */
export interface PreviewedPort {
  port: number;
  name?: string;
  /** What is spoken there, in a word or a few. */
  protocol: string;
}

/** What a release would divide. */
export interface TrafficPreview {
  ports: readonly PreviewedPort[];
  /** What the users' routes are, with their names; none: one of Headgate's own is made. */
  routes: readonly string[];
}

/** What a write of a route has to be changed by, so that it moves no traffic. */
export interface KeptWeights {
  /** JSON Patch against the object as it was sent. */
  operations: readonly PatchOperation[];
  /** Keys of the Deployments for which it said other weights than there are. */
  overruled: readonly string[];
  /** There is too much of it to be looked through in time: the weights are as they were sent. */
  isTooLarge?: true;
}

/**
 * The objects by which one mesh, or one kind of gateway, divides traffic: as data, read and written without any IO. A change
 * fits the objects that it was made from, and no others; it is of a kind of the sources, and writes one object at most once.
 *
 * What is created is owned by the Deployment, has Headgate's label, and has the Deployment's name or that with the canary's
 * suffix: by these it is found again. A user's object gets the label with the first weight. Where a change writes all of a spec,
 * it does so by one operation at `/spec`: fields that the API server drops are then not written again and again.
 */
export interface TrafficProvider {
  readonly sources: readonly TrafficSource[];
  /** Its kinds of objects that hold for pods by their labels, and so may leave out the canary's. */
  readonly policies?: readonly PolicyKind[];
  /** What the objects, or the settings, refer to besides. */
  references?(objects: TrafficObjects, wish: TrafficWish): TrafficReference[];
  /** What the objects say, held against what is wanted. It follows from them, and of the Deployment from name, namespace and uid alone. */
  read(objects: TrafficObjects, wish: TrafficWish): TrafficReading;
  /**
   * Why two Deployments cannot both have a host in routes of Headgate's own, in words; undefined where it is proven that each request
   * is for one of them alone. Which is older, and which is asked about first, makes no difference.
   */
  overlap(a: HostClaim, b: HostClaim): string | undefined;
  /** Since when a route of Headgate's own has a host for a Deployment, as its creation is written; undefined where none has it. */
  servedSince(objects: TrafficObjects, deployment: KubeObject, host: string): string | undefined;
  /** What of the objects would get a weight, for a person. */
  preview(objects: TrafficObjects, wish: TrafficWish): TrafficPreview;
  /** Whether an object of the sources' kinds has the shape that all of this counts on: the API server checks it, a file is not checked. */
  isReadable(object: KubeObject): boolean;
  /** What makes the routes as wanted, with the canary at `weight` percent. Unusable routes are not rendered. */
  render(objects: TrafficObjects, wish: TrafficWish, weight: number): ObjectChange[];
  /** What gives routes that are there a weight, and leaves the rest of them as it is: for when the API server refuses that rest. */
  reweigh(objects: TrafficObjects, wish: TrafficWish, weight: number): ObjectChange[];
  /**
   * What leaves the routes to their user: all traffic to the Deployment, no label, no word of the canary. None where all is
   * theirs. The Deployment may be gone: of the wish only its name and namespace matter, as for `cleanUp`.
   */
  release(objects: TrafficObjects, wish: TrafficWish): ObjectChange[];
  /** What leaves nothing of Headgate besides the routes, once no proxy knows a way to the canary. */
  cleanUp(objects: TrafficObjects, wish: TrafficWish): ObjectChange[];
  /**
   * What keeps weights and label of a user's route that bears Headgate's label, and is written by anybody but Headgate. It follows
   * from the two objects alone, in time that is bounded whatever their size, and objects may be of any shape, as none is validated yet.
   * What its user had written before the first weight becomes what is stored.
   */
  keep(before: KubeObject, after: KubeObject): KeptWeights;
  /** The routes, for a person. @param deployment by its name and namespace: it may be gone */
  describe(objects: TrafficObjects, deployment: KubeObject): RouteDescription[];
}
