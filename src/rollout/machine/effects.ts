import type { Deployment, PodTemplate, ReplicaSet, Service } from '../kube.ts';
import type { ObjectChange } from '../object-change.ts';
import type { Snapshot } from '../pins/snapshot.ts';

/**
 * What is to be done to the world, as idempotent verbs with the full values wanted. Each carries the resourceVersion (or the
 * exact text) that was observed: it loses against whoever was there in between.
 */
export type Effect =
  /** Lift the hold: the annotation and the pause go; Kubernetes rolls the Deployment. */
  | { do: 'liftHold'; deployment: Deployment; held: string; keepPaused: boolean; rolling?: string }
  /** Write another text into the hold: a verdict, or the revision that is really there. */
  | { do: 'writeHold'; deployment: Deployment; held: string; text: string }
  /** Replace the held template by the stable one, and lift the hold, in one write. */
  | { do: 'restoreTemplate'; deployment: Deployment; held: string; template: PodTemplate; keepPaused: boolean }
  /** Copy a ConfigMap or Secret as it is now. What it says is not part of the effect: effects may be logged. */
  | { do: 'createSnapshot'; deployment: Deployment; snapshot: Snapshot }
  | { do: 'deleteSnapshot'; snapshot: Snapshot; namespace: string | undefined }
  /** Give the Deployment's template other pins and hold that revision, in one write; without `hold` it rolls out at once. */
  | { do: 'pinTemplate'; deployment: Deployment; template: PodTemplate; hold?: string }
  /** Write Headgate's own annotations of the Deployment; undefined: remove. */
  | { do: 'annotate'; deployment: Deployment; annotations: Readonly<Record<string, string | undefined>> }
  /** Replace the template that rolls out by the stable one; no hold stands. */
  | { do: 'rollBack'; deployment: Deployment; template: PodTemplate }
  /** Put the template of a revision that was rolled back into its place again, held in the same write. */
  | { do: 'holdAgain'; deployment: Deployment; template: PodTemplate; text: string }
  | { do: 'createService'; service: Service }
  /** Give a Service of Headgate's own the ports, selector and the rest that another now has. */
  | { do: 'replaceService'; existing: Service; wanted: Service }
  /** Make the route as wanted, with the canary at `weight` percent; `version` undefined: there is none. */
  | { do: 'setRoute'; weight: number; version?: string }
  /** Write a mark into the route, or take it away, so that nothing that was made for it as it was can be written any more. */
  | { do: 'markRoute'; version: string; fence?: string }
  /** One of the prerequisites of a weight, as the traffic's provider wants it. No weight waits for those of other namespaces. */
  | { do: 'changeTraffic'; change: ObjectChange; isElsewhere?: true }
  | { do: 'createCanary'; deployment: Deployment }
  /** Give the canary Deployment the template and labels of another revision, and a size. */
  | { do: 'replaceCanary'; existing: Deployment; wanted: Deployment }
  | { do: 'scaleCanary'; existing: Deployment; replicas: number }
  /** The disruption budget of the canary's pods. */
  | { do: 'changeBudget'; change: ObjectChange }
  /** What scales the canary by itself. A patch of it says itself what it was observed with. */
  | { do: 'changeAutoscaler'; change: ObjectChange }
  | { do: 'deleteReplicaSet'; replicaSet: ReplicaSet }
  | { do: 'createReplicaSet'; replicaSet: ReplicaSet };
