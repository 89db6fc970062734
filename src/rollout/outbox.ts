import type { Severity } from './alert-schema.ts';
import type { Reason } from './facts.ts';
import type { Phase, Time } from './state.ts';

/**
 * A fact that somebody is to be told of. It is committed with the state that it tells of, and stays until every receiver
 * has it: none is lost at a crash.
 */
export interface Notice {
  /** Unique among those of a Canary, and the same however often it is sent. */
  id: string;
  at: Time;
  reason: Reason;
  severity: Severity;
  message: string;
  revision?: string;
  phase: Phase;
  /** The canary's weight that was wanted, in percent. */
  weight: number;
  /** Receivers that do not have it yet: see `Receiver`. */
  to: string[];
}

/** `alert/<name of the alert>`, `hook/<name of an event hook>`, or `default/<name>` for one of the installation's own. */
export type Receiver = `alert/${string}` | `hook/${string}` | `default/${string}`;

/** A notice that a receiver has, or that it can never get. */
export interface Receipt {
  notice: string;
  to: string;
}

/** One of the installation's own receivers: told of Canaries that name no alerts. */
export interface DefaultAlert {
  name: string;
  severity: Severity;
}
