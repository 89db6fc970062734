import { fact } from './facts.ts';
import type { CheckResult } from './observation.ts';
import { isRollingOut, rollBack } from './roll-back.ts';
import { displayName, fail, type Next, NO_REASON, type Releasing, updateRelease, withRelease } from './situation.ts';
import { ms, type Release, time } from './state.ts';

const messages = (checks: readonly CheckResult[], verdict: CheckResult['verdict']): string =>
  checks
    .filter((check) => check.verdict === verdict)
    .map(({ message }) => message)
    .join('; ');

const has = (checks: readonly CheckResult[], verdict: CheckResult['verdict']): boolean =>
  checks.some((check) => check.verdict === verdict);

/**
 * What a round of checks, and of the hooks that were asked beside them, means for the release. Only a failure counts toward
 * the threshold. Without data or without an answer the weight is held; that is told once in a row, and has limits of its
 * own. Undefined: everything passed.
 * @param complaints what failed hooks said; empty if none failed
 */
export function judgeRound(s: Releasing, checks: readonly CheckResult[], complaints = ''): Next | undefined {
  const bad = [complaints, messages(checks, 'fail')].filter((words) => words !== '').join('; ');
  if (bad !== '') return failedCheck(s, bad);
  if (has(checks, 'error')) return withoutResult(s, 'errors', messages(checks, 'error'));
  if (has(checks, 'inconclusive')) return withoutResult(s, 'inconclusive', messages(checks, 'inconclusive'));
  return undefined;
}

const nextCheck = ({ now, spec }: Releasing): { checkAt: string } => ({
  checkAt: time(now + spec.analysis.intervalMs),
});

/**
 * The same while the Deployment rolls out, past the analysis: only a failure counts then, and what passes is written down only
 * after one. Undefined where nothing follows.
 */
export function judgePromotion(s: Releasing): Next | undefined {
  const { checks } = s.seen;
  const { checkAt } = s.state.release;
  if (checks === undefined || checkAt === undefined || s.now < ms(checkAt)) return undefined;
  const judged = withRelease(s, { checks });
  const bad = messages(checks, 'fail');
  if (bad !== '') return failedCheck(judged, bad);
  return failsChecks(s.state.release) ? updateRelease(judged, nextCheck(s)) : undefined;
}

/** Whether the last round failed, and another one follows: its release does not end before that. */
export const failsChecks = ({ checkAt, checks = [] }: Release): boolean => checkAt !== undefined && has(checks, 'fail');

/** Counts a failed check, whatever it was that failed; the last one that the threshold allows ends the release. */
export function failedCheck(s: Releasing, message: string): Next {
  const { release } = s.state;
  const { threshold } = s.spec.analysis;
  const failedChecks = release.failedChecks + 1;
  const counted = updateRelease(
    s,
    { failedChecks, errors: 0, inconclusive: 0, awaiting: undefined, ...NO_REASON, ...nextCheck(s) },
    fact(
      'CheckFailed',
      `Halt ${displayName(s)} at weight ${release.weight}: ${message} (${failedChecks} of ${threshold})`,
      release.revision,
    ),
  );
  if (failedChecks < threshold) return counted;
  const ended = (isRollingOut(s) ? rollBack : fail)(
    { ...s, state: { ...s.state, release: { ...release, failedChecks } } },
    'ThresholdReached',
    `failed ${failedChecks} checks, the last: ${message}`,
  );
  return { state: ended.state, facts: [...counted.facts, ...ended.facts] };
}

const WITHOUT_RESULT = {
  errors: { limit: 'errorLimit', told: 'CheckError', end: 'MetricsUnavailable' },
  inconclusive: { limit: 'inconclusiveLimit', told: 'CheckInconclusive', end: 'NoTraffic' },
} as const;

function withoutResult(s: Releasing, kind: keyof typeof WITHOUT_RESULT, message: string): Next {
  const { release } = s.state;
  const { limit, told, end } = WITHOUT_RESULT[kind];
  if (release.awaiting && kind === 'inconclusive') return updateRelease(s, nextCheck(s));
  const count = release[kind] + 1;
  if (count >= s.spec.analysis[limit]) return fail(s, end, `had no answer to ${count} checks in a row: ${message}`);
  const other = kind === 'errors' ? 'inconclusive' : 'errors';
  const facts =
    count === 1 ? [fact(told, `Hold ${displayName(s)} at weight ${release.weight}: ${message}`, release.revision)] : [];
  return updateRelease(s, { [kind]: count, [other]: 0, awaiting: undefined, ...nextCheck(s) }, ...facts);
}
