import type { BuiltinMetric } from '../../rollout/spec/spec-types.ts';
import type { Remark } from './remark.ts';

type Metric = Record<string, unknown>;

/** A metric with the bound that Flagger goes by: the range, else the threshold, else zero. */
export function boundOf(metric: Metric, key: string, builtin?: BuiltinMetric): { bounded: Metric; remarks: Remark[] } {
  const { threshold, ...rest } = metric;
  if (metric['thresholdRange'] !== undefined) {
    const message = 'is not looked at by Flagger beside thresholdRange, and is left out';
    const note: Remark = { kind: 'note', key: `${key}.threshold`, value: threshold, message };
    return { bounded: rest, remarks: threshold === undefined ? [] : [note] };
  }
  // A duration of at most zero is refused by Headgate's own check, which says what to write.
  if (threshold !== undefined || builtin === 'request-duration') return { bounded: metric, remarks: [] };
  const message = 'is left out, which is 0 in Flagger: 0 is written; see which bound is meant';
  return { bounded: { ...metric, threshold: 0 }, remarks: [{ kind: 'note', key: `${key}.threshold`, message }] };
}
