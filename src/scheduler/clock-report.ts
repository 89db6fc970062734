import type { Logger } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** Clocks of one cluster are kept closer together than this. */
const WORTH_TELLING_MS = 5_000;

/** Tells how far the machine's clock is from the API server's, in the log where somebody should set it. */
export function clockReport(log: Pick<Logger, 'warn'>, { clockOffset }: Pick<Metrics, 'clockOffset'>) {
  let toldMs = 0;
  return (offsetMs: number): void => {
    clockOffset.set(offsetMs / 1_000);
    if (Math.abs(offsetMs - toldMs) < WORTH_TELLING_MS) return;
    toldMs = offsetMs;
    const seconds = Math.round(Math.abs(offsetMs) / 1_000);
    const side = offsetMs < 0 ? 'ahead of' : 'behind';
    log.warn(
      { offsetMs: Math.round(offsetMs) },
      `this machine's clock is ${seconds} s ${side} the API server's, which counts`,
    );
  };
}
