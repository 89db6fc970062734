import { isNumber } from '../../../rollout/spec/rules/findings.ts';
import { callTimeout, metricWindow } from '../durations.ts';
import { type Conversion, type Field, isOff, kept, lost } from '../field.ts';

const MOST_RETRIES = 10;

const retries = (value: unknown): Conversion =>
  isNumber(value) && value > MOST_RETRIES
    ? { value: MOST_RETRIES, note: `is more than Headgate tries: ${MOST_RETRIES} is written` }
    : { value };

const hookType = (value: unknown): Conversion => ({ value: value === '' ? 'rollout' : value });

/** alerts.ts says what is written where this is empty or left out. */
const severity = (value: unknown): Conversion => (value === '' ? {} : { value });

const METRIC = 'spec.analysis.metrics[]';
const QUERY = `${METRIC}.query`;

/** What a release is measured by. The queries are written by metrics.ts. */
export const METRIC_FIELDS: readonly Field[] = [
  kept(`${METRIC}.name`, { words: "the names of old for the two measures of Headgate's own become the present ones" }),
  kept(`${METRIC}.interval`, { convert: metricWindow }),
  kept(`${METRIC}.threshold`, { words: 'left out beside `thresholdRange`, which Flagger prefers' }),
  kept(`${METRIC}.thresholdRange.{min,max}`),
  kept(QUERY, { words: 'with `{{ canary }}` for the workload under test' }),
  kept(`${METRIC}.templateRef.{name,namespace}`, {
    to: QUERY,
    convert: () => ({}),
    words: 'the query of a MetricTemplate for Prometheus that stands in the input',
  }),
  kept(`${METRIC}.templateVariables`, { to: QUERY, convert: () => ({}), words: 'replaced by their values' }),
];

const HOOK = 'spec.analysis.webhooks[]';

/** Whom a release asks. */
export const WEBHOOK_FIELDS: readonly Field[] = [
  kept(`${HOOK}.{name,muteAlert,metadata}`),
  kept(`${HOOK}.url`, {
    words: 'what is not in the namespace of the Canary needs to be allowed, see [hooks](hooks.md)',
  }),
  kept(`${HOOK}.type`, { convert: hookType, words: '`rollout` where it is empty' }),
  kept(`${HOOK}.timeout`, { convert: callTimeout }),
  kept(`${HOOK}.retries`, { convert: retries, words: `at most \`${MOST_RETRIES}\`` }),
  lost(
    `${HOOK}.disableTLS`,
    'certificates are always checked; give Headgate the authority that signed it, in trustedCertificates of the chart',
    isOff,
  ),
];

const ALERT = 'spec.analysis.alerts[]';

/** Whom a release tells. */
export const ALERT_FIELDS: readonly Field[] = [
  kept(`${ALERT}.name`),
  kept(`${ALERT}.severity`, { convert: severity, words: '`info` where it is left out; Flagger sends nothing then' }),
  kept(`${ALERT}.providerRef.{name,namespace}`, {
    words: 'the AlertProvider is written too, where it stands in the input',
  }),
];
