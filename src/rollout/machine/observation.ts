import type { Deployment, KubeObject, Pod, PodTemplate, ReplicaSet, Service } from '../kube.ts';
import type { ConfigKind } from '../pins/reference.ts';
import type { Snapshot } from '../pins/snapshot.ts';
import type { ConfigSource } from '../pins/wanted-pins.ts';
import type { AppService } from '../workload/app-service.ts';
import type { DisruptionBudget } from '../workload/disruption-budget.ts';
import type { HoldReading } from '../workload/hold.ts';
import type { Policy } from '../workload/policies.ts';
import type { AutoscalerReading } from './autoscaler.ts';
import type { HookAnswer } from './calls.ts';
import type { StampedCommand, UnreadableCommand } from './commands/command-annotation.ts';
import type { Receipt } from './outbox.ts';
import type { PlaceReading } from './places/line.ts';
import type { UnknownSource } from './sources.ts';
import type { TrafficReading } from './traffic.ts';

/** What one check found. `error`: the question could not be put; `inconclusive`: there was no data to answer it. */
export interface CheckResult {
  metric: string;
  /** What was measured, where it is not the canary: the pods of the Deployment, while it rolls out. */
  of?: 'Deployment';
  verdict: 'pass' | 'fail' | 'inconclusive' | 'error';
  value?: number;
  /** What the value is held against. */
  min?: number;
  max?: number;
  /** For a person: value and bound, or why there is none. */
  message: string;
}

/** What users wrote for pods by their labels. */
export interface PolicyReading {
  found: readonly Policy[];
  /** Kinds of which nothing is known, as they may not be read. */
  unread: readonly string[];
}

/** The ConfigMaps and Secrets that the Deployment's own template refers to. */
export interface ConfigReading {
  /** Of which kinds changes are released. */
  kinds: readonly ConfigKind[];
  /** Those that are tracked, as they are now; undefined where they were not asked for (`needsConfig`). */
  sources?: readonly ConfigSource[];
  /** The snapshots that there are for the Deployment. */
  snapshots: readonly Snapshot[];
}

/**
 * The world at one point in time, as far as a decision may use it. Undefined objects are absent, unless their source is
 * `unknown`; `replicaSets` and `checks` are undefined when they were not asked for too (see observation-needs.ts), and `checks`
 * until they are answered.
 */
export interface Observation extends TrafficReading {
  deployment: Deployment;
  hold: HoldReading;
  /** Revision of the Deployment's own template. */
  revision: string;
  command?: StampedCommand | UnreadableCommand;
  /** The Canary is deleted, and is there only until others have let go of it. */
  recordDeleted?: true;
  replicaSets?: readonly ReplicaSet[];
  /** The recorded template of the stable pods as the API server has it now, where nothing else equals the record (`needsRestating`). */
  restated?: PodTemplate;
  canary?: Deployment;
  /** Of the canary's name, whoever made it. */
  budget?: DisruptionBudget;
  /** Of the Deployment's namespace, where a new revision is held (`isNewRevision`). */
  policies?: PolicyReading;
  /** Left out where no change of content is released. */
  config?: ConfigReading;
  /** Where the settings name one, and a release is under way or begins (`autoscalerToRead`). */
  autoscaler?: AutoscalerReading;
  /** As in `TrafficWish`. */
  closed?: ReadonlyMap<string, string>;
  /** The Service by which clients reach the app. */
  service: AppService;
  /** The canary's, which has its name with the suffix. */
  canaryService?: Service;
  /** Objects of others under names that the canary needs; left out where there are none. */
  taken?: readonly KubeObject[];
  /** The mark that the routes have (fence.ts); another word where they differ, left out where none has one. */
  fence?: string;
  /** Names of the pods that the canary's Service lists as ready, where it was asked for (`needsEndpoints`): the mesh knows them, or is about to. */
  endpoints: readonly string[];
  /** The canary's pods, where something depends on them (`needsPods`); left out too where they may not be read. */
  pods?: readonly Pod[];
  /** Those of the Deployment, where others may have started since they were read (`needsStablePods`). */
  stablePods?: readonly Pod[];
  checks?: CheckResult[];
  /** Answers of hooks that this process asked. */
  answers?: HookAnswer[];
  /** This process stops: what it asks is another's to ask. */
  isLeaving?: boolean;
  /** Notices that this process has delivered. */
  receipts?: Receipt[];
  /** How it stands among those that start a canary, where it may have to (`mayStart`); left out where nobody else counts. */
  place?: PlaceReading;
  /** What the API server said when it refused the canary Deployment, or what is wanted for its traffic. */
  refused?: string;
  /** What the API server said when it refused a snapshot, or pins. */
  unpinnable?: string;
  /** What the API server said when it refused the write by which the Deployment rolls out, or back. */
  rollOutRefused?: string;
  /** Sources that gave no answer: nothing follows from what they do not show. Left out where all is known. */
  unknown?: readonly UnknownSource[];
}
