import type { Outcome, WeightStep } from './model.ts';
import { percent } from './steps.ts';

/** The end of the story: one table for each release, and what it came to. */
export function summary(outcomes: readonly Outcome[], total: { sent: number; failed: number }): string[] {
  return [
    'Summary',
    '',
    ...outcomes.flatMap((outcome) => [...releaseTable(outcome), '']),
    `${total.sent} requests were sent through the gateway in all; ${total.failed} failed,`,
    `${blame(outcomes, total.failed)}.`,
  ];
}

function releaseTable({ tag, expected, snapshot, ms, problems }: Outcome): string[] {
  const end = problems.length === 0 ? 'as expected' : `EXPECTED ${expected}`;
  return [
    `podinfo ${tag}: ${snapshot.phase} after ${(ms / 1_000).toFixed(0)} s, ${end}; stable pods: ${snapshot.stable}`,
    '',
    '    weight asked   requests   by the canary   share measured   failed   p99',
    ...snapshot.steps.filter(({ weight, requests }) => weight > 0 && requests > 0).map(row),
    ...problems.map((problem) => `    not as expected: ${problem}`),
  ];
}

function row({ weight, requests, canary, failed, p99 }: WeightStep): string {
  const cells: [text: string, width: number][] = [
    [`${weight} %`, 16],
    [`${requests}`, 11],
    [`${canary}`, 16],
    [`${(percent(canary, requests) ?? 0).toFixed(1)} %`, 17],
    [`${failed}`, 9],
    [`${p99.toFixed(0)} ms`, 8],
  ];
  return cells.map(([text, width]) => text.padStart(width)).join('');
}

function blame(outcomes: readonly Outcome[], failed: number): string {
  const byCanary = outcomes
    .flatMap(({ snapshot }) => snapshot.steps)
    .reduce((sum, { canaryFailed }) => sum + canaryFailed, 0);
  return failed === 0 ? 'so none was lost' : `${Math.min(byCanary, failed)} of them answered by a canary at its weight`;
}
