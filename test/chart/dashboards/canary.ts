import {
  AnnotationQueryBuilder,
  DashboardBuilder,
  QueryVariableBuilder,
  VariableHide,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { CANARY } from './canary-queries.ts';
import { canaryRows } from './canary-rows.ts';
import { DATASOURCE, datasource, type Query, withRows } from './panels.ts';

/** A variable that Prometheus has the values of. */
const variable = (name: string, query: string): QueryVariableBuilder =>
  new QueryVariableBuilder(name)
    .datasource(DATASOURCE)
    .query({ query, refId: name })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc);

/** Follows from the Canary that was chosen. */
const derived = (name: string, query: string): QueryVariableBuilder =>
  variable(name, query).hide(VariableHide.HideVariable);

/** At the time that is the value of the series. */
const moments = (name: string, { expr, legend }: Query, colour: string): AnnotationQueryBuilder =>
  new AnnotationQueryBuilder()
    .name(name)
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor(colour)
    .expr(`${expr} * 1000`)
    .step('15s')
    .titleFormat(legend)
    .useValueForTime(true);

const RELEASES = {
  expr: `max(headgate_canary_release_start_timestamp_seconds{${CANARY}})`,
  legend: 'A release began',
};
const PHASES = {
  expr: `max by (phase) (headgate_canary_phase_timestamp_seconds{${CANARY}})`,
  legend: '{{phase}}',
};

/** *A canary's analysis*: the stable version beside the canary, for one Canary. */
export const canaryDashboard = (): DashboardBuilder => {
  const dashboard = new DashboardBuilder("Headgate: a canary's analysis")
    .uid('headgate-canary')
    .tags(['headgate'])
    .refresh('10s')
    .time({ from: 'now-1h', to: 'now' })
    .withVariable(datasource())
    .withVariable(variable('namespace', 'label_values(headgate_canary_info, namespace)').label('Namespace'))
    .withVariable(
      variable('canary', 'label_values(headgate_canary_info{namespace="$namespace"}, name)').label('Canary'),
    )
    .withVariable(derived('deployment', `label_values(headgate_canary_info{${CANARY}}, deployment)`))
    .withVariable(derived('service', `label_values(headgate_canary_info{${CANARY},service!=""}, service)`))
    .annotation(moments('Releases', RELEASES, 'blue'))
    .annotation(moments('Phases', PHASES, 'purple'));
  return withRows(dashboard, canaryRows());
};
