/** A part of the story, told in order. */
export interface Chapter {
  title: string;
  state: 'waiting' | 'running' | 'done' | 'failed';
  /** How long it took, or has taken so far. */
  ms: number;
}

/** A command that was run, and what it printed. */
export interface Spoken {
  command: string;
  output: readonly string[];
}

/** The time in which the gateway had one weight for the canary, and what was sent through it meanwhile. */
export interface WeightStep {
  weight: number;
  from: number;
  to: number;
  requests: number;
  /** Answered by the canary. */
  canary: number;
  /** 5xx, or no answer. */
  failed: number;
  /** Of them, those that the canary answered. */
  canaryFailed: number;
  p99: number;
}

export interface Event {
  at: number;
  reason: string;
  message: string;
  isWarning: boolean;
}

/** Everything that is shown of a release at one moment. */
export interface Snapshot {
  at: number;
  tag: string;
  phase: string;
  revision: string;
  /** The canary's weight in percent: as the Canary wants it, and as the gateway has it. */
  asked: number;
  routed: number;
  /** What the canary answered of the requests of the last seconds, percent; undefined before there were any. */
  measured: number | undefined;
  /** Requests of the last seconds that did not fail, percent. */
  success: number;
  p50: number;
  p99: number;
  /** Since the load began. */
  sent: number;
  failed: number;
  failedChecks: number;
  /** Image tags and pods: what runs under the Deployment's own selector, and as canary. */
  stable: string;
  canary: string;
  /** The tag that the Deployment's spec asks for, and whether it is held. */
  wanted: string;
  isHeld: boolean;
  steps: readonly WeightStep[];
  events: readonly Event[];
}

/** How one release ended beside how it should have. */
export interface Outcome {
  tag: string;
  expected: string;
  snapshot: Snapshot;
  ms: number;
  /** What is not as it should be; empty when all is well. */
  problems: readonly string[];
}

/** What the person at the terminal sees. */
export interface View {
  chapters(chapters: readonly Chapter[]): void;
  command(spoken: Spoken): void;
  explain(words: string): void;
  snapshot(snapshot: Snapshot): void;
  /** Resolves when a person has had time to read what is there. */
  read(): Promise<void>;
  close(): void;
}
