import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger };

export interface LogOptions {
  level: string;
  /** Which process speaks: `webhook` or `scheduler`. */
  process: string;
  /** Default: standard output. */
  destination?: DestinationStream;
}

/** JSON lines with a time in ISO form. Names and hashes belong into it, bodies of objects do not. */
export function createLog({ level, process, destination }: LogOptions): Logger {
  const options = {
    level,
    base: { process },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** The log of one canary, by `namespace/name`. */
export const logOf = (log: Logger, canary: string): Logger => log.child({ canary });
