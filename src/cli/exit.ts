/** What the program's end says to a script. */
export const EXIT = {
  /** Done; for `status`: the revision runs, and nothing is under way. */
  ok: 0,
  /** The release failed, does not finish, or gave way to another; a command was refused; a file has problems. */
  failed: 1,
  /** The command line is wrong, or the API server could not be asked or said no. */
  error: 2,
  /** What was waited for did not happen in time. */
  timeout: 3,
  /** `status` without --watch: still under way. */
  progressing: 4,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with words for a person and an exit code. */
export class Failure extends Error {
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = EXIT.error) {
    super(message);
    this.name = 'Failure';
    this.exitCode = exitCode;
  }
}
