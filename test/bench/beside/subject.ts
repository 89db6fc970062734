import type { Json } from '../../rig/rig.ts';
import type { App } from '../support/apps.ts';

/** An object, its kind, and what a collection of them is called in a path. */
export interface Placed {
  apiVersion: string;
  kind: string;
  plural: string;
  object: Json;
}

/** What all but Argo Rollouts release. */
export const DEPLOYMENT = { apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments' } as const;

/** What makes releases of apps. All of them are told the same of an app, each in its own words. */
export interface Subject {
  /** From nothing to ready to take apps. */
  start: () => Promise<void>;
  stop: () => Promise<void>;
  /** Of every process of it; the scheduler's first, where there are several. */
  pids: () => number[];
  /** Of its requests to the API server. */
  userAgent: RegExp;
  /** What people write of an app, the workload first. */
  objectsOf: (app: App, replicas: number) => Placed[];
  /**
   * The same for a release without analysis, by which an app comes to where it is before any later release: for who makes Services
   * and routes with the first release, and not when it takes the app.
   */
  rehearsed?: (app: App, replicas: number) => Placed[];
  /** The collection, over all namespaces, whose objects have the state of an app. They have its name. */
  states: string;
  /** The state of an app that waits for its first release. */
  isEnrolled: (state: Json) => boolean;
  /** The state of an app whose release of an image went well. */
  isReleased: (state: Json, image: string) => boolean;
}

export const VERSIONS = ['hollow:1.0.0', 'hollow:2.0.0'] as const;
/** What a rehearsal releases. */
export const REHEARSED = 'hollow:1.1.0';

/** A plan of five steps with two checks before each. */
export const PLAN = { weights: [10, 20, 30, 40, 50], success: 99, durationMs: 500 };
