import type { Sample } from '../rig/rig.ts';
import type { WeightStep } from './model.ts';

/** A time in which the gateway had one weight. */
export interface Span {
  weight: number;
  from: number;
  to: number;
}

/** Takes note of the weight that the gateway has now; a weight that is already known lasts longer. */
export function noteWeight(spans: Span[], weight: number, at: number): void {
  const last = spans.at(-1);
  if (last) last.to = at;
  if (last?.weight !== weight) spans.push({ weight, from: at, to: at });
}

/** What the requests of a span came to. */
export function measureStep({ weight, from, to }: Span, samples: readonly Sample[], tag: string): WeightStep {
  const inside = samples.filter(({ at }) => at >= from && at < to);
  const canary = inside.filter((sample) => isFrom(sample, tag));
  return {
    weight,
    from,
    to,
    requests: inside.length,
    canary: canary.length,
    failed: inside.filter(isFailed).length,
    canaryFailed: canary.filter(isFailed).length,
    p99: percentile(inside, 0.99),
  };
}

/** An answer without a version is an error that podinfo made up, and only a failing canary does so. */
export const isFrom = ({ revision, status }: Sample, tag: string): boolean =>
  revision === undefined ? status > 0 : revision === tag;

export const isFailed = ({ status }: Sample): boolean => status === 0 || status >= 500;

export function percentile(samples: readonly Sample[], part: number): number {
  const times = samples.map(({ ms }) => ms).toSorted((a, b) => a - b);
  return times[Math.floor(times.length * part)] ?? 0;
}

/** Part of a whole in percent; undefined of nothing. */
export const percent = (part: number, whole: number): number | undefined =>
  whole > 0 ? (part / whole) * 100 : undefined;
