import { type DestinationStream, type Logger, pino } from 'pino';
import { masker } from '../rollout/spec/wording/masked.ts';
import { errorFields } from './error-fields.ts';

export type { Logger };

export interface LogOptions {
  level: string;
  /** Which process speaks: `webhook` or `scheduler`. */
  process: string;
  /** What no line shows. */
  secrets?: readonly string[];
  /** Default: standard output. */
  destination?: DestinationStream;
}

/** JSON lines with a time in ISO form. Names and hashes belong into it, bodies of objects do not. */
export function createLog({ level, process, secrets = [], destination }: LogOptions): Logger {
  const options = {
    level,
    base: { process },
    serializers: { err: errorFields(masker(secrets)) },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** The log of one canary, by `namespace/name`. */
export const logOf = (log: Logger, canary: string): Logger => log.child({ canary });
