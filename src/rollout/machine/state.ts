import type { PodTemplate } from '../kube.ts';
import type { GateType } from '../spec/schema/hook-types.ts';
import type { Stable } from '../workload/stable.ts';
import type { ReleaseAutoscaler } from './autoscaler.ts';
import type { HookCall } from './calls.ts';
import type { DecidedBy } from './commands/decided-by.ts';
import type { Approval, PastRelease } from './history.ts';
import type { CheckResult } from './observation.ts';
import type { Notice } from './outbox.ts';
import type { UnpinnedPods } from './pins/stable-pods.ts';

/** A point in time: RFC 3339 with milliseconds, UTC. */
export type Time = string;

export const PHASES = [
  /** Nothing to release; a withdrawn release ends here. */
  'Initialized',
  /** A revision is held and cannot start: something is in its way, an approval is awaited, or no place is free. */
  'Waiting',
  /** The canary gets ready, or is analysed at a weight. */
  'Progressing',
  /** Stopped by command, or by `suspend`, at the weight it has. */
  'Paused',
  /** The hold is lifted; Kubernetes rolls the Deployment. */
  'Promoting',
  /** The roll-out of the promoted revision is past its progress deadline; traffic stays as it is. */
  'Stalled',
  /** Traffic goes back to the Deployment, then the canary to zero. */
  'Finalising',
  'Succeeded',
  'Failed',
] as const;
export type Phase = (typeof PHASES)[number];

/** How a revision comes to the Deployment: through a canary, or at once because there is nothing to find out. */
export type ReleasePath =
  | 'canary'
  /** It is what the stable pods run. */
  | 'withdrawn'
  /** It is what ran before the last promotion, within the rollback window. */
  | 'wayBack'
  /** No pod of the stable revision was ever available. */
  | 'unprotected'
  /** It went past the gate: by break-glass, or while Headgate was not installed. */
  | 'outside';

/** The release under way, or the last one: all that decisions remember of it. */
export interface Release {
  revision: string;
  requestedBy: string;
  /** Of its containers. */
  images?: string[];
  path: ReleasePath;
  startedAt: Time;
  /** Wanted canary weight, percent. */
  weight: number;
  /** The Service by which clients reach the app, as it was last seen. */
  service?: string;
  /** The routes that had its weight were those of users. */
  adopted?: true | undefined;
  /** The mark that the routes are to get, as a weight was taken back that none of them had yet (fence.ts). */
  fence?: Time;
  /** Since when all is there that a route with its weight names; the mesh learns of it in its own time. */
  routableSince?: Time | undefined;
  /** When the route was first observed at `weight`; the dwell counts from here. */
  weightSince?: Time | undefined;
  /** The next check is not before this. */
  checkAt?: Time | undefined;
  /** Wanted canary pods. */
  replicas: number;
  /** The most canary pods that were ready at once, at most `replicas`: fewer later are missing (missing-pods.ts). */
  ready: number;
  /** When some of them were first found missing. */
  unreadySince?: Time | undefined;
  /** The canary's pods must be ready by then. */
  deadline?: Time | undefined;
  /** The most replicas that the Deployment was seen with: the size that its traffic needs. */
  stableReplicas: number;
  failedChecks: number;
  /** Consecutive checks without data. */
  inconclusive: number;
  /** Consecutive checks that could not be made: a server that does not answer, an answer of several series, no template. */
  errors: number;
  /** What the last round of checks found. */
  checks?: CheckResult[] | undefined;
  /** Hooks that are asked, or have answered, at this moment. */
  calls?: HookCall[] | undefined;
  /** The approval that it waits for. */
  awaiting?: Awaiting | undefined;
  /** The last approval by each type of gate. */
  approvals?: Approval[] | undefined;
  /** Who ended it, or sent it past its analysis; undefined where the analysis decides. */
  decidedBy?: DecidedBy | undefined;
  /** Which of the namespace's policies leave out the canary's pods, and what to write. */
  policyGap?: string;
  /** No disruption budget of a user's is for the canary's pods: they get one. */
  needsBudget?: boolean;
  /** The autoscaler that the settings named when it began. */
  autoscaler?: ReleaseAutoscaler;
  /** The most weight that it had, in percent. */
  peak?: number;
  /** The held revision whose template is to be replaced by the stable one (`headgate revert`). */
  revert?: string;
  /** When the gate was opened for it. */
  promotedAt?: Time | undefined;
  refusal?: RollOutRefusal | undefined;
  /** It failed in mid-promotion, and the Deployment rolls back: its template, to be held again after that (roll-back.ts). */
  rolledBack?: PodTemplate | undefined;
  /** How it ends; set when it is known, before its effects are seen. */
  outcome?: 'succeeded' | 'failed' | undefined;
  /** A reason of facts.ts and a sentence: why it is where it is. */
  reason?: string | undefined;
  message?: string | undefined;
}

/** The API server does not accept the write by which the Deployment rolls out, or back. */
export interface RollOutRefusal {
  /** A sentence, with its words. */
  message: string;
  /** The revision is not promoted again before this. */
  until: Time;
  /** It was promoted by command, or its analysis is skipped: no check decides on it. */
  unanalysed?: true;
}

/** A gate that is closed, or not asked yet. */
export interface Awaiting {
  gate: GateType;
  since: Time;
  /** What it said when it was first found closed; undefined until it has been asked. */
  message?: string;
}

/** Everything that is remembered from one tick to the next: it lives in `Canary.status`. */
export interface RolloutState {
  phase: Phase;
  /** When `phase` last changed. */
  since: Time;
  stable?: Stable;
  /** The revision that the last promotion replaced, and when: the way back. */
  previous?: { revision: string; replacedAt: Time };
  /** The release under way, or the last one. */
  release?: Release;
  /** Id of the last command that was carried out or refused, and what became of it. */
  command?: { id: string; accepted: boolean; message: string };
  /** Pins that were taken back by command (`headgate revert`): the content is not tried again before it changes. */
  declinedPins?: string;
  /** It was asked that what runs be pinned (`headgate pin`), and it is not yet. */
  pinning?: true;
  /** Pods of the running version that were found on other content than what is pinned for them. */
  unpinnedPods?: UnpinnedPods;
  /** The ReplicaSet of the running version is gone, and it was told that it is made again. */
  restoring?: true;
  /** When the last bypass ended that expired and was told of. */
  bypassExpiry?: Time;
  /** How many notices there were so far: the number of the next. */
  told?: number;
  /** What is still to be sent, the oldest first. */
  outbox?: Notice[];
  /** Releases that are over, the newest first. */
  history?: PastRelease[];
}

/** Phases in which a release is under way. */
export const ACTIVE: ReadonlySet<Phase> = new Set([
  'Waiting',
  'Progressing',
  'Paused',
  'Promoting',
  'Stalled',
  'Finalising',
]);

/** Phases in which the canary may be given traffic. */
export const SERVING: ReadonlySet<Phase> = new Set(['Progressing', 'Paused', 'Promoting', 'Stalled']);

/** Phases in which the revision under release is held. */
export const AT_GATE: ReadonlySet<Phase> = new Set(['Waiting', 'Progressing', 'Paused']);

/** Phases in which the gate is open, and Kubernetes rolls the Deployment. */
export const ROLLING_OUT: ReadonlySet<Phase> = new Set(['Promoting', 'Stalled']);

/** Phases that wait for what is counted from the moment when the route was seen at its weight. */
export const TIMED: ReadonlySet<Phase> = new Set(['Waiting', 'Progressing', 'Finalising']);

/** Of milliseconds since the epoch. */
export const time = (ms: number): Time => new Date(ms).toISOString();
/** In milliseconds since the epoch. */
export const ms = (at: Time): number => Date.parse(at);
