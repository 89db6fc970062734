import { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { datasource, graph, number, type Row, withRows } from './panels.ts';

const increase = (labels: string, metric: string): string =>
  `sum by (${labels}) (increase(${metric}[$__rate_interval]))`;
const rate = (labels: string, metric: string): string => `sum by (${labels}) (rate(${metric}[$__rate_interval]))`;
const quantile = (share: number, metric: string, range = 'rate', window = '$__rate_interval') => ({
  expr: `histogram_quantile(${share}, sum by (le) (${range}(${metric}_bucket[${window}])))`,
  legend: `p${share * 100}`,
});

const lines = (title: string, unit: string, expr: string, legend: string) =>
  graph({ title, unit, queries: [{ expr, legend }] });

const now = (): Row => ({
  title: 'Now',
  panels: [
    number('Schedulers', 'none', 'count(headgate_build_info{process="scheduler"})'),
    number('Webhooks', 'none', 'count(headgate_build_info{process="webhook"})'),
    number('Connected to Redis', 'bool_yes_no', 'min(headgate_redis_connected)'),
    number('The certificate lasts', 's', 'min(headgate_certificate_expiry_timestamp_seconds) - time()'),
    number('Canaries', 'none', 'count(max by (namespace, name) (headgate_canary_info))'),
    number('Revisions held', 'none', 'max(headgate_held)'),
  ],
});

const BY_PHASE = 'count by (phase) (max by (namespace, name, phase) (headgate_canary_status))';
const DURATION = 'headgate_release_duration_seconds';

const releases = (): Row => ({
  title: 'Releases',
  panels: [
    lines('Canaries by phase', 'none', BY_PHASE, '{{phase}}'),
    lines('Releases that ended', 'none', increase('outcome', `${DURATION}_count`), '{{outcome}}'),
    graph({
      title: 'How long they took',
      description: 'Those of the last day.',
      unit: 's',
      queries: [0.5, 0.9].map((share) => quantile(share, DURATION, 'increase', '1d')),
    }),
    lines('Checks', 'none', increase('verdict', 'headgate_checks_total'), '{{verdict}}'),
    lines('Hooks', 'none', increase('type, outcome', 'headgate_hook_calls_total'), '{{type}}: {{outcome}}'),
    lines('Notifications', 'none', increase('type, outcome', 'headgate_notices_total'), '{{type}}: {{outcome}}'),
  ],
});

const ANSWERS = 'headgate_admission_duration_seconds';
const DROPPED = 'sum(increase(headgate_hints_dropped_total[$__rate_interval]))';

const webhook = (): Row => ({
  title: 'Webhook',
  panels: [
    lines('Answers', 'reqps', rate('outcome', `${ANSWERS}_count`), '{{outcome}}'),
    graph({ title: 'Time to answer', unit: 's', queries: [0.5, 0.99].map((share) => quantile(share, ANSWERS)) }),
    lines('Hints that Redis did not take', 'none', DROPPED, 'dropped'),
  ],
});

const scheduler = (): Row => ({
  title: 'Scheduler',
  panels: [
    lines('Ticks', 'ops', rate('outcome', 'headgate_ticks_total'), '{{outcome}}'),
    graph({
      title: 'A tick takes',
      unit: 's',
      queries: [0.5, 0.99].map((share) => quantile(share, 'headgate_tick_duration_seconds')),
    }),
    graph({
      title: 'Late by',
      unit: 's',
      queries: [
        { ...quantile(0.99, 'headgate_tick_lateness_seconds'), legend: 'ticks, p99' },
        { expr: 'max(headgate_queue_lag_seconds)', legend: 'the last job' },
      ],
    }),
  ],
});

const REQUESTS = 'headgate_api_requests_total';

const apiServer = (): Row => ({
  title: 'The API server',
  panels: [
    lines('Requests', 'reqps', rate('verb, resource', REQUESTS), '{{verb}} {{resource}}'),
    lines(
      'Requests that failed',
      'reqps',
      rate('resource, code', `${REQUESTS}{code!~"2.."}`),
      '{{resource}}: {{code}}',
    ),
    graph({
      title: 'Watches',
      unit: 'none',
      queries: [
        { expr: 'sum(headgate_release_watches)', legend: 'open for releases' },
        { expr: 'sum(increase(headgate_watch_restarts_total[$__rate_interval]))', legend: 'opened again' },
      ],
    }),
  ],
});

/** *Headgate itself*: its processes, the releases of the whole cluster, and what it asks of others. */
export const selfDashboard = (): DashboardBuilder => {
  const dashboard = new DashboardBuilder('Headgate itself')
    .uid('headgate-self')
    .tags(['headgate'])
    .refresh('30s')
    .time({ from: 'now-6h', to: 'now' })
    .withVariable(datasource());
  return withRows(dashboard, [now(), releases(), webhook(), scheduler(), apiServer()]);
};
