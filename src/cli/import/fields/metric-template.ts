import { type Field, isOff, kept, lost, unneeded } from '../field.ts';
import { tableOf } from '../field-table.ts';

const ONE_SERVER = 'all releases are measured by one Prometheus, HEADGATE_METRICS_SERVER of the scheduler';

/** Every field of Flagger's MetricTemplate, with what becomes of it. */
export const METRIC_TEMPLATE_FIELDS: readonly Field[] = [
  kept('spec.provider.type', { words: 'only `prometheus`; metrics from elsewhere are left out' }),
  unneeded('spec.provider.address', `${ONE_SERVER}; see that it has these series`),
  {
    ...lost('spec.provider.headers', `${ONE_SERVER}, which is asked without further headers`),
    isSecret: true,
  },
  lost('spec.provider.secretRef.name', `${ONE_SERVER}, which is asked without credentials`),
  lost('spec.provider.region', `${ONE_SERVER}, which has no regions`),
  lost('spec.provider.insecureSkipVerify', 'certificates are always checked', isOff),
  kept('spec.query', { words: 'written into each metric that refers to it' }),
];

export const METRIC_TEMPLATE_TABLE = tableOf(METRIC_TEMPLATE_FIELDS);
