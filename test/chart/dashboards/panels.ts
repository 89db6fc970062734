import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  type DataSourceRef,
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  type DashboardBuilder,
  DatasourceVariableBuilder,
  type DynamicConfigValue,
  type Panel,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';

/** Whatever Prometheus is chosen above the panels. */
export const DATASOURCE: DataSourceRef = { type: 'prometheus', uid: '${datasource}' };

export interface Query {
  expr: string;
  /** Names its series, with Grafana's `{{label}}`. */
  legend: string;
}

export interface PanelOptions {
  title: string;
  description?: string;
  unit: string;
  queries: readonly Query[];
  /** Of 24. */
  width?: number;
  /** Of the vertical axis. */
  max?: number;
}

/** The stable version and the canary have the same colours in every panel. */
const COLOURS: readonly [pattern: string, colour: string][] = [
  ['stable', 'blue'],
  ['canary', 'orange'],
];
const inColour = (colour: string): DynamicConfigValue[] => [
  { id: 'color', value: { mode: 'fixed', fixedColor: colour } },
];

const targets = (queries: readonly Query[], instant: boolean): Builder<Dataquery>[] =>
  queries.map(({ expr, legend }, at) => {
    const query = new DataqueryBuilder().refId('ABCDEFGH'.charAt(at)).expr(expr).legendFormat(legend);
    return (instant ? query.instant() : query.range()).datasource(DATASOURCE);
  });

/** Lines over time. */
export function graph({ title, description = '', unit, queries, width = 8, max }: PanelOptions): TimeSeries {
  const panel = new TimeSeries()
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .unit(unit)
    .min(0)
    .span(width)
    .height(8)
    .drawStyle(GraphDrawStyle.Line)
    .lineWidth(2)
    .fillOpacity(8)
    .showPoints(VisibilityMode.Never)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .calcs([]),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .targets(targets(queries, false));
  if (max !== undefined) panel.max(max);
  for (const [name, colour] of COLOURS) panel.overrideByName(name, inColour(colour));
  return panel;
}

function stat(title: string, unit: string, query: Query): Stat {
  return new Stat()
    .title(title)
    .datasource(DATASOURCE)
    .unit(unit)
    .span(4)
    .height(4)
    .noValue('none')
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.Value)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false))
    .targets(targets([query], true));
}

/** One number, as it is now. */
export const number = (title: string, unit: string, expr: string): Stat =>
  stat(title, unit, { expr, legend: title }).textMode(BigValueTextMode.Value);

/** The name of the one series that there is now. */
export const word = (title: string, query: Query): Stat => stat(title, 'none', query).textMode(BigValueTextMode.Name);

export interface Row {
  title: string;
  panels: readonly Builder<Panel>[];
}

/** The Prometheus that is asked, to be chosen. */
export const datasource = (): DatasourceVariableBuilder =>
  new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus');

export function withRows(dashboard: DashboardBuilder, rows: readonly Row[]): DashboardBuilder {
  for (const { title, panels } of rows) {
    dashboard.withRow(new RowBuilder(title));
    for (const panel of panels) dashboard.withPanel(panel);
  }
  return dashboard;
}
