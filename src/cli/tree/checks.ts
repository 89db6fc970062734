import { measured } from '../../analysis/verdict.ts';
import type { CheckResult } from '../../rollout/machine/observation.ts';
import type { Release } from '../../rollout/machine/state.ts';
import { BUILTINS, builtinOf } from '../../rollout/spec/builtin-metrics.ts';
import type { AnalysisSpec } from '../../rollout/spec/spec-types.ts';
import { age } from '../age.ts';
import { aligned, type Entry, type Span } from '../outline.ts';
import type { Colour } from '../paint.ts';
import { oneLine } from '../text/status-text.ts';

const VERDICTS: Readonly<Record<CheckResult['verdict'], readonly [word: string, colour: Colour]>> = {
  pass: ['ok', 'green'],
  fail: ['FAIL', 'red'],
  inconclusive: ['no data', 'yellow'],
  error: ['ERROR', 'yellow'],
};

/** What the last round found, and when the next one is. */
export function checksEntries(
  release: Release | undefined,
  analysis: AnalysisSpec | undefined,
  { now, underWay }: { now: number; underWay: boolean },
): Entry[] {
  const { checks = [], checkAt } = release ?? {};
  const due = underWay && checkAt !== undefined ? Math.max(0, Date.parse(checkAt) - now) : undefined;
  if (checks.length === 0 && due === undefined) return [];
  if (checks.length === 0) {
    const bare = analysis?.metrics.length === 0 ? 'none: there are no metrics; next look' : 'none yet; the first';
    return [{ cells: [{ text: 'Checks' }, { text: `${bare} in ${age(due ?? 0)}`, colour: 'dim' }] }];
  }
  const when = due === undefined ? 'the last round' : `next in ${age(due)}`;
  const heading: Span[] = [{ text: 'Checks' }, { text: when, colour: 'dim' }];
  const entries = aligned(checks.map(checkEntry));
  return [{ cells: heading, details: unanswered(release, analysis), entries }];
}

/** How near the release is to its end for want of answers. */
function unanswered(
  { inconclusive = 0, errors = 0 }: Partial<Release> = {},
  analysis: AnalysisSpec | undefined,
): Span[] {
  const line = (count: number, limit: number | undefined, what: string): Span[] => {
    if (count === 0) return [];
    const rounds = `${count} ${count === 1 ? 'round' : 'rounds in a row'} ${what}`;
    return [{ text: limit === undefined ? rounds : `${rounds}; ${limit} fail the release`, colour: 'yellow' }];
  };
  return [
    ...line(inconclusive, analysis?.inconclusiveLimit, 'without data'),
    ...line(errors, analysis?.errorLimit, 'without an answer'),
  ];
}

function checkEntry(check: CheckResult): Entry {
  const [word, colour] = VERDICTS[check.verdict];
  const { metric, of, message } = check;
  return {
    cells: [
      { text: word, colour },
      { text: of === undefined ? metric : `${metric} (${of})` },
      { text: valueText(check) },
      { text: boundsText(check), colour: 'dim' },
    ],
    details: check.value !== undefined ? [] : [{ text: oneLine(withoutName(message, metric)), colour: 'dim' }],
  };
}

const unitOf = ({ metric }: CheckResult): string => {
  const builtin = builtinOf(metric);
  return builtin === undefined ? '' : BUILTINS[builtin].unit;
};

/** `99.61%`; `-` where nothing was measured, or it has no end: the message says it. */
export const valueText = (check: CheckResult): string =>
  check.value === undefined ? '-' : measured(check.value, unitOf(check));

/** What the value is held against: `at least 99%`. */
export function boundsText(check: CheckResult): string {
  const { min, max } = check;
  const unit = unitOf(check);
  if (min !== undefined && max !== undefined) return `from ${min}${unit} to ${max}${unit}`;
  if (min !== undefined) return `at least ${min}${unit}`;
  return max === undefined ? '' : `at most ${max}${unit}`;
}

const withoutName = (message: string, metric: string): string =>
  message.startsWith(`${metric} `) ? message.slice(metric.length + 1) : message;
