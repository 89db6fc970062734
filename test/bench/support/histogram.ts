/** Counts by upper bound, cumulative and rising, as Prometheus has them; the last bound is Infinity. */
export type Histogram = readonly { le: number; count: number }[];

/** A histogram without labels of its own, from the text of /metrics. */
export function histogramOf(text: string, name: string): Histogram {
  const lines = text.matchAll(new RegExp(`^${name}_bucket\\{le="([^"]+)"\\} (\\d+)$`, 'gm'));
  return [...lines].map(([, le = '', count]) => ({
    le: le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le),
    count: Number(count),
  }));
}

export const minus = (a: Histogram, b: Histogram): Histogram =>
  a.map(({ le, count }, index) => ({ le, count: count - (b[index]?.count ?? 0) }));

export const countOf = (histogram: Histogram): number => histogram.at(-1)?.count ?? 0;

/** The share of the observations that were at most this, which must be a bound. */
export const shareUpTo = (histogram: Histogram, le: number): number =>
  (histogram.find((bucket) => bucket.le === le)?.count ?? 0) / countOf(histogram);

/** As Prometheus estimates it: evenly spread inside the bucket that it falls into. */
export function histogramQuantile(histogram: Histogram, q: number): number {
  const wanted = q * countOf(histogram);
  const index = histogram.findIndex(({ count }) => count >= wanted);
  const { le = Number.NaN, count = 0 } = histogram[index] ?? {};
  const below = histogram[index - 1] ?? { le: 0, count: 0 };
  if (le === Number.POSITIVE_INFINITY) return below.le;
  return count === below.count ? le : below.le + ((le - below.le) * (wanted - below.count)) / (count - below.count);
}
