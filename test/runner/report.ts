import type { StepResult } from './step.ts';

/** What all steps together came to. */
export interface Totals {
  passed: number;
  failed: number;
  skipped: number;
  /** What failed, a line each: the step, and the names down to the assertion. */
  failures: string[];
}

export const noTotals = (): Totals => ({ passed: 0, failed: 0, skipped: 0, failures: [] });

export function add(totals: Totals, { name, passed, skipped, failures }: StepResult): void {
  totals.passed += passed;
  totals.skipped += skipped;
  totals.failed += failures.length;
  totals.failures.push(...failures.map(({ path }) => [name, ...path].join(' > ')));
}

export function merge(into: Totals, from: Totals): void {
  into.passed += from.passed;
  into.skipped += from.skipped;
  into.failed += from.failed;
  into.failures.push(...from.failures);
}

/** The last line. Nothing run is no success. */
export const closingLine = ({ passed, failed }: Totals): string => `${passed} passed, ${failed} failed`;

export const isGood = ({ passed, failed }: Totals): boolean => failed === 0 && passed > 0;

export const say = (line = ''): void => {
  process.stdout.write(`${line}\n`);
};

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/** One line for a step that ended; what failed follows in full. */
export function tell({ name, passed, skipped, failures, ms }: StepResult): void {
  const bad = failures.length > 0;
  const counts = [
    `${passed} passed`,
    ...(bad ? [`${failures.length} failed`] : []),
    ...(skipped ? [`${skipped} skipped`] : []),
  ];
  say(`  ${bad ? 'FAIL' : 'ok  '}  ${name.padEnd(48)} ${seconds(ms).padStart(8)}  ${counts.join(', ')}`);
  for (const { path, details } of failures) {
    say();
    say(`      not ok: ${path.join(' > ')}`);
    for (const line of details) say(`        ${line}`.trimEnd());
  }
  if (bad) say();
}
