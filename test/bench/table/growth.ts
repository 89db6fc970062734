import { line } from '../support/statistics.ts';

/**
 * The exponent with which a figure grows: 1 where twice as many cost twice as much, 0 where they cost nothing more. It is the
 * slope of the straight line nearest to the logarithms; NaN of fewer than two points that can have one.
 */
export function exponent(points: readonly (readonly [size: number, figure: number])[]): number {
  const logs = points
    .filter(([size, figure]) => size > 0 && figure > 0)
    .map(([size, figure]): [number, number] => [Math.log(size), Math.log(figure)]);
  return logs.length < 2 ? Number.NaN : line(logs).slope;
}
