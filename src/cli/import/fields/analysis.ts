import { isNumber } from '../../../rollout/spec/rules/findings.ts';
import { analysisInterval } from '../durations.ts';
import { type Conversion, type Field, isOff, kept, lost, unneeded } from '../field.ts';

const AT_ONCE =
  'Headgate promotes by a roll-out of the Deployment, while the canary keeps the share of traffic that it has';
const BY_WEIGHT = 'Headgate releases by weight alone';

const threshold = (value: unknown): Conversion =>
  isNumber(value) && value <= 0 ? { value: 1, note: 'is raised to 1 by Flagger: 1 is written' } : { value };

/** The plan is written by weights.ts, which sees these together. */
const inPlan = (): Conversion => ({});

const isWhole = (value: unknown): boolean => isOff(value) || value === 100;

/** How long a release takes, and by which steps it goes. */
export const ANALYSIS_FIELDS: readonly Field[] = [
  kept('spec.analysis.interval', { convert: analysisInterval, words: 'at least `10s`, as in Flagger' }),
  kept('spec.analysis.threshold', { convert: threshold, words: '`1` where it is left out or 0, as in Flagger' }),
  kept('spec.analysis.maxWeight', {
    convert: inPlan,
    words: '`100` where it is left out, as in Flagger; the last step ends exactly there',
  }),
  kept('spec.analysis.stepWeight', { convert: inPlan, words: 'at most `maxWeight`' }),
  kept('spec.analysis.stepWeights', {
    convert: inPlan,
    words: 'beside `stepWeight` only the last is looked at, as in Flagger',
  }),
  lost('spec.analysis.stepWeightPromotion', AT_ONCE, isOff),
  lost('spec.analysis.iterations', `${BY_WEIGHT}: what it goes by is stepWeight and maxWeight, or stepWeights`, isOff),
  lost('spec.analysis.mirror', `${BY_WEIGHT}: the canary is measured by real requests from the first step on`, isOff),
  lost('spec.analysis.mirrorWeight', `${BY_WEIGHT}: nothing is mirrored`, isWhole),
  lost(
    'spec.analysis.match[].{headers,queryParams,sourceLabels}',
    `${BY_WEIGHT}: which users meet the canary is left to chance`,
  ),
  unneeded(
    'spec.analysis.primaryReadyThreshold',
    'the running version is not rolled out before a release is decided, so nothing waits for it',
  ),
  lost('spec.analysis.canaryReadyThreshold', 'all pods of the canary must be ready before it gets traffic', isWhole),
  lost(
    'spec.analysis.sessionAffinity.{cookieName,primaryCookieName,domain,httpOnly,maxAge,partitioned,path,sameSite,secure}',
    `${BY_WEIGHT}: the same user may meet either version; keep what a user sees the same in both of them`,
  ),
];
