import type { MetricProviderType } from '../../rollout/spec/metric-templates/metric-providers.ts';
import { cloudwatch } from './cloudwatch.ts';
import { datadog } from './datadog.ts';
import { dynatrace } from './dynatrace.ts';
import { externalmetrics } from './externalmetrics.ts';
import { googlecloudmonitoring } from './googlecloudmonitoring.ts';
import { graphite } from './graphite.ts';
import { http } from './http.ts';
import { influxdb } from './influxdb.ts';
import { newrelic } from './newrelic.ts';
import { prometheus } from './prometheus.ts';
import type { MetricProvider } from './provider.ts';
import { signalflow } from './signalflow.ts';
import { splunk } from './splunk.ts';

/** Everybody who can be asked, by the `type` of a template. */
export const PROVIDERS_BY_TYPE: Readonly<Record<MetricProviderType, MetricProvider>> = {
  prometheus,
  datadog,
  newrelic,
  cloudwatch,
  googlecloudmonitoring,
  dynatrace,
  influxdb,
  graphite,
  splunk,
  signalflow,
  externalmetrics,
  http,
};
