import type { ProgramName } from '../../rig/binaries/programs.ts';
import type { Row } from '../table/row.ts';

/** What a job has measured, by name. */
export type Measures = Readonly<Record<string, number>>;

/** What the jobs of a part have measured, one after the other, by the job's name; a job that failed is missing. */
export type Turn = Readonly<Record<string, Measures>>;

/** A program of this directory, which writes its measures as JSON to the file that `--json` names. */
export interface Job {
  name: string;
  program: string;
  args: readonly string[];
  /** Programs that its rig needs besides; absent: it needs no rig. */
  rig?: readonly ProgramName[];
  /** It is ended after that time. */
  minutes: number;
  /** In so many of the part's turns; absent: in all of them. */
  turns?: number;
}

/** One part of the benchmark: its jobs are done in turn, and that several times. */
export interface Part {
  title: string;
  about: string;
  turns: number;
  jobs: readonly Job[];
  rows: (turns: readonly Turn[]) => Row[];
}

/** One measure over all turns, NaN where it is missing. */
export const measured = (turns: readonly Turn[], job: string, measure: string): number[] =>
  turns.map((turn) => turn[job]?.[measure] ?? Number.NaN);
