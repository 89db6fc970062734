import { isNumber } from '../../../rollout/spec/rules/findings.ts';
import { elsewhere, goDuration, goMilliseconds, isOff, isOneOf, metricWindow, when, written } from '../conversions.ts';
import { comesOver, fieldsBelow, lost, unneeded } from '../field-table.ts';

const AT_ONCE =
  'Headgate promotes by a roll-out of the Deployment, while the canary keeps the share of traffic that it has';
const BY_WEIGHT = 'Headgate releases by weight alone';
const MOST_RETRIES = 10;
const LEAST_INTERVAL = 10_000;

const isWhole = isOneOf(false, 0, '', 100);
const isEmpty = isOneOf('');
const isNoDuration = (value: unknown): boolean => goMilliseconds(value) === undefined;
const isTooOften = (value: unknown): boolean => (goMilliseconds(value) ?? 0) < LEAST_INTERVAL;

/** Flagger takes what it cannot read for a minute, and never ticks faster than every ten seconds. */
const interval = when(
  isNoDuration,
  written('1m', 'is no duration, for which Flagger takes a minute: 1m is written'),
  when(isTooOften, written('10s', 'is raised to 10s by Flagger: 10s is written'), goDuration),
);

const threshold = when((value) => isNumber(value) && value <= 0, written(1, 'is raised to 1 by Flagger: 1 is written'));

/** Flagger takes ten seconds where hardly anything is written. */
const callTimeout = when(
  (value) => typeof value === 'string' && value.length < 2,
  () => ({ note: 'is too short to be a duration, for which Flagger takes 10s, as Headgate does when it is left out' }),
  goDuration,
);

const retries = when(
  (value) => isNumber(value) && value > MOST_RETRIES,
  written(MOST_RETRIES, `is more than Headgate tries: ${MOST_RETRIES} is written`),
);

/** How long a release takes, and by which weights it goes: weights.ts, which sees those together, writes them. */
const PLAN_FIELDS = fieldsBelow('spec.analysis', {
  interval: comesOver({ convert: interval, words: 'at least `10s`, as in Flagger' }),
  threshold: comesOver({ convert: threshold, words: '`1` where it is left out or 0, as in Flagger' }),
  maxWeight: comesOver({
    convert: elsewhere,
    words: '`100` where it is left out, as in Flagger; the last step ends exactly there',
  }),
  stepWeight: comesOver({ convert: elsewhere, words: 'at most `maxWeight`' }),
  stepWeights: comesOver({
    convert: elsewhere,
    words: 'beside `stepWeight` only the last is looked at, as in Flagger',
  }),
  stepWeightPromotion: lost(AT_ONCE, isOff),
  iterations: lost(`${BY_WEIGHT}: what it goes by is stepWeight and maxWeight, or stepWeights`, isOff),
  mirror: lost(`${BY_WEIGHT}: the canary is measured by real requests from the first step on`, isOff),
  mirrorWeight: lost(`${BY_WEIGHT}: nothing is mirrored`, isWhole),
  'match[].{headers,queryParams,sourceLabels}': lost(`${BY_WEIGHT}: which users meet the canary is left to chance`),
  primaryReadyThreshold: unneeded(
    'the running version is not rolled out before a release is decided, so nothing waits for it',
  ),
  canaryReadyThreshold: lost('all pods of the canary must be ready before it gets traffic', isWhole),
  'sessionAffinity.{cookieName,primaryCookieName,domain,httpOnly,maxAge,partitioned,path,sameSite,secure}': lost(
    `${BY_WEIGHT}: the same user may meet either version; keep what a user sees the same in both of them`,
  ),
});

const QUERY = 'spec.analysis.metrics[].query';

/** What a release is measured by. The queries are written by metrics.ts. */
const METRIC_FIELDS = fieldsBelow('spec.analysis.metrics[]', {
  name: comesOver({ words: "the names of old for the two measures of Headgate's own become the present ones" }),
  interval: comesOver({ convert: metricWindow }),
  threshold: comesOver({ words: 'left out beside `thresholdRange`, which Flagger prefers' }),
  'thresholdRange.{min,max}': comesOver(),
  query: comesOver({ words: 'with `{{ canary }}` for the workload under test' }),
  'templateRef.{name,namespace}': comesOver({
    to: QUERY,
    convert: elsewhere,
    words:
      'the query of a MetricTemplate for Prometheus without a Secret that stands in the input; any other comes over, and is referred to as before',
  }),
  templateVariables: comesOver({
    to: QUERY,
    convert: elsewhere,
    words: 'replaced by their values; beside a templateRef that comes over as they are',
  }),
});

/** Whom a release asks. */
const WEBHOOK_FIELDS = fieldsBelow('spec.analysis.webhooks[]', {
  '{name,muteAlert,metadata}': comesOver(),
  url: comesOver({ words: 'what is not in the namespace of the Canary needs to be allowed, see [hooks](hooks.md)' }),
  type: comesOver({ convert: when(isEmpty, written('rollout')), words: '`rollout` where it is empty' }),
  timeout: comesOver({ convert: callTimeout }),
  retries: comesOver({ convert: retries, words: `at most \`${MOST_RETRIES}\`` }),
  disableTLS: lost(
    'certificates are always checked; give Headgate the authority that signed it, in trustedCertificates of the chart',
    isOff,
  ),
});

/** Whom a release tells. What is said of an empty severity is in entries.ts. */
const ALERT_FIELDS = fieldsBelow('spec.analysis.alerts[]', {
  name: comesOver(),
  severity: comesOver({
    convert: when(isEmpty, elsewhere),
    words: '`info` where it is left out; Flagger sends nothing then',
  }),
  'providerRef.{name,namespace}': comesOver({
    words: 'the AlertProvider is written too, where it stands in the input',
  }),
});

export const ANALYSIS_FIELDS = [...PLAN_FIELDS, ...METRIC_FIELDS, ...WEBHOOK_FIELDS, ...ALERT_FIELDS];
