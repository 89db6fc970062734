/** The quantile of values, between the two nearest where it falls between them; NaN of nothing. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = q * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below === above ? below : below + (above - below) * (place - Math.floor(place));
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

const RESAMPLES = 500;

/**
 * Where a figure lies with 90 % confidence: it is computed again of as many rounds, drawn by chance with repetition (a
 * bootstrap). Rounds and not single requests are drawn, because what disturbs one request disturbs its neighbours.
 */
export function interval<T>(rounds: readonly T[], figure: (rounds: readonly T[]) => number): [number, number] {
  const draw = (): T[] => rounds.map(() => rounds[Math.floor(Math.random() * rounds.length)] as T);
  const figures = Array.from({ length: RESAMPLES }, () => figure(draw()));
  return [quantile(figures, 0.05), quantile(figures, 0.95)];
}

/** Slope and start of the straight line nearest to the points (least squares). */
export function line(points: readonly (readonly [x: number, y: number])[]): { slope: number; start: number } {
  const mean = (pick: 0 | 1): number => points.reduce((sum, point) => sum + point[pick], 0) / points.length;
  const [x0, y0] = [mean(0), mean(1)];
  const over = points.reduce((sum, [x, y]) => sum + (x - x0) * (y - y0), 0);
  const under = points.reduce((sum, [x]) => sum + (x - x0) ** 2, 0);
  return { slope: over / under, start: y0 - (over / under) * x0 };
}
