import type { MetricProviderType } from '../../rollout/spec/metric-templates/metric-providers.ts';
import type { Convert } from './field-table.ts';
import { textAt } from './flagger-object.ts';

/** Flagger's names of providers, and Headgate's. */
const TYPES: Readonly<Record<string, MetricProviderType>> = {
  prometheus: 'prometheus',
  datadog: 'datadog',
  newrelic: 'newrelic',
  cloudwatch: 'cloudwatch',
  stackdriver: 'googlecloudmonitoring',
  dynatrace: 'dynatrace',
  influxdb: 'influxdb',
  graphite: 'graphite',
  splunk: 'signalflow',
  externalmetrics: 'externalmetrics',
};

/** What a person has to do with the Secret, or besides; by Flagger's type. */
const LEFT_TO_ITS_USER: Readonly<Record<string, string>> = {
  newrelic: 'asks by NerdGraph: the Secret needs a user key under newrelic_api_key beside newrelic_account_id',
  cloudwatch:
    'is asked with keys from a Secret, aws_access_key_id and aws_secret_access_key, and by no role of the pod',
  externalmetrics:
    'needs metricTemplates.externalMetrics: true in the chart, and reads the namespace of the Canary alone',
};

export const providerTypeOf = (template: unknown): string => textAt(template, 'spec', 'provider', 'type') ?? '';

/** The name that Headgate has for it; undefined for whom it does not ask. */
export const headgatesType = (type: string): MetricProviderType | undefined =>
  Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;

export const leftToItsUser = (type: string): string | undefined => LEFT_TO_ITS_USER[type];

/** Whether its query goes into the metrics themselves: what needs no login is what Headgate's own server may be asked. */
export const isInlined = (spec: unknown): boolean =>
  textAt(spec, 'provider', 'type') === 'prometheus' && textAt(spec, 'provider', 'secretRef', 'name') === undefined;

export const convertType: Convert = (value) => {
  const type = headgatesType(String(value));
  if (type === undefined)
    return { lost: 'has no counterpart: Headgate asks no such provider; ask it in a webhook of type rollout' };
  return { value: type, ...(type !== value && { note: `is ${type} in Headgate` }) };
};

const ONE_SERVER = 'the query goes into each metric, about which HEADGATE_METRICS_SERVER of the scheduler is asked';

export const convertAddress: Convert = (value, spec) => {
  if (isInlined(spec)) return { unneeded: `is not needed: ${ONE_SERVER}; see that it has these series` };
  return textAt(spec, 'provider', 'type') === 'externalmetrics'
    ? { unneeded: 'is not needed: the API server is asked' }
    : { value };
};

export const convertRegion: Convert = (value, spec) =>
  textAt(spec, 'provider', 'type') === 'cloudwatch'
    ? { value }
    : { unneeded: 'is not needed: only cloudwatch has regions' };
