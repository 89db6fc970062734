import type { LanguageName } from './language.ts';

/** What is known of a provider of metrics before it is asked. */
interface ProviderTraits {
  language: LanguageName;
  /** Whether its address is needed, may be left out for the usual one, or has no meaning. */
  address: 'needed' | 'usual' | 'none';
  /** Settings besides, by whether they are needed. */
  settings?: Readonly<Partial<Record<ProviderSetting, 'needed' | 'optional'>>>;
}

export const PROVIDER_SETTINGS = ['region', 'database', 'project'] as const;
export type ProviderSetting = (typeof PROVIDER_SETTINGS)[number];

/** Who can be asked for metrics. */
export const METRIC_PROVIDERS = {
  prometheus: { language: 'promql', address: 'usual', settings: { region: 'optional' } },
  datadog: { language: 'datadog', address: 'usual' },
  newrelic: { language: 'nrql', address: 'usual' },
  cloudwatch: { language: 'json', address: 'usual', settings: { region: 'needed' } },
  googlecloudmonitoring: { language: 'mql', address: 'usual', settings: { project: 'optional' } },
  dynatrace: { language: 'dynatrace', address: 'needed' },
  influxdb: { language: 'flux', address: 'needed', settings: { database: 'optional' } },
  graphite: { language: 'graphite', address: 'needed' },
  splunk: { language: 'spl', address: 'needed' },
  signalflow: { language: 'signalflow', address: 'needed' },
  externalmetrics: { language: 'address', address: 'none' },
  http: { language: 'address', address: 'needed' },
} as const satisfies Record<string, ProviderTraits>;

export type MetricProviderType = keyof typeof METRIC_PROVIDERS;

export const METRIC_PROVIDER_TYPES = Object.keys(METRIC_PROVIDERS) as [MetricProviderType, ...MetricProviderType[]];

export const traitsOf = (type: MetricProviderType): ProviderTraits => METRIC_PROVIDERS[type];

/** With a database InfluxDB is asked in InfluxQL, the language of its first version. */
export const languageOf = ({ type, database }: { type: MetricProviderType; database?: string | undefined }) =>
  type === 'influxdb' && database !== undefined ? 'influxql' : traitsOf(type).language;
