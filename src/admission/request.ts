import type { Deployment } from '../rollout/kube.ts';

/** One AdmissionReview's request about a Deployment, as far as an answer depends on it. */
export interface AdmissionRequest {
  operation: 'CREATE' | 'UPDATE';
  namespace: string;
  name: string;
  /** User name of who asks. */
  user: string;
  dryRun: boolean;
  object: Deployment;
  /** The stored object; there for every UPDATE. */
  oldObject?: Deployment;
}

/** What is neither in the request nor constant. */
export interface AdmissionContext {
  /** User name of the scheduler, the only one who opens the gate. */
  schedulerUser: string;
  /** Milliseconds since the epoch. */
  now: number;
}

export interface JsonPatchOperation {
  op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test' | '_get';
  path: string;
  value?: unknown;
}

/** What was decided, one word: for the audit annotation, the log line and the metric. */
export const ADMISSION_DECISIONS = [
  'pass',
  'hold',
  'replace',
  'keep',
  'bypass',
  'restart',
  'opt-in',
  'opt-out',
  'settings',
  /** The weights of an adopted route were kept as they were. */
  'weights',
  /** What Headgate made became somebody's who applied their own over it. */
  'take-over',
  /** A pod got the names of the snapshots that are pinned for it. */
  'pins',
  /** A command got the name of who wrote it. */
  'stamp',
  'refuse',
  'invalid',
  'error',
] as const;
export type AdmissionDecision = (typeof ADMISSION_DECISIONS)[number];

/** The request is denied. */
export interface AdmissionRefusal {
  kind: 'deny';
  decision: AdmissionDecision;
  /** HTTP status and Kubernetes' word for it. */
  code: number;
  reason: 'Forbidden' | 'Invalid' | 'InternalError' | 'BadRequest';
  message: string;
}

/** The request is allowed, with the patch applied. */
export interface AdmissionApproval {
  kind: 'pass' | 'patch';
  decision: AdmissionDecision;
  /** RFC 6902, against the request's object; empty for `pass`. */
  patch: JsonPatchOperation[];
  /** One sentence each, for the person at the terminal. */
  warnings: string[];
  /** Revision that is held after this request. */
  revision?: string;
  /** `namespace/name` of the Deployment, where there is work now: a hint, for after the answer. */
  queueKey?: string;
}

export type Admission = AdmissionRefusal | AdmissionApproval;

/** Against a rule of the gate. */
export const refuse = (message: string): AdmissionRefusal => ({
  kind: 'deny',
  decision: 'refuse',
  code: 403,
  reason: 'Forbidden',
  message: `headgate: ${message}`,
});

/** Settings that are wrong. */
export const invalid = (message: string): AdmissionRefusal => ({
  kind: 'deny',
  decision: 'invalid',
  code: 422,
  reason: 'Invalid',
  message: `headgate: ${message}`,
});

/** A mistake of the webhook itself. */
export const broken = (message: string): AdmissionRefusal => ({
  kind: 'deny',
  decision: 'error',
  code: 500,
  reason: 'InternalError',
  message: `headgate: ${message}`,
});

/** Allowed as it is, without a word. */
export const pass = (): AdmissionApproval => ({ kind: 'pass', decision: 'pass', patch: [], warnings: [] });
