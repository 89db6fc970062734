import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { CHART } from '../../../chart/render.ts';

export interface MonitoringQuery {
  /** The panel or the alert. */
  of: string;
  expr: string;
}

export interface AlertQuery extends MonitoringQuery {
  /** What stands before the comparison: the value that is watched. */
  watched: string;
}

export type DashboardName = 'canary' | 'self';

export interface Panel {
  type: string;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  fieldConfig?: { defaults: { unit?: string; min?: number; max?: number } };
  options?: { textMode?: string };
  targets?: { expr: string; legendFormat: string }[];
}

export interface DashboardFile {
  title: string;
  panels: Panel[];
  annotations: { list?: { name: string; expr: string; titleFormat: string }[] };
}

const textOf = (path: string): string => readFileSync(join(CHART, 'files', path), 'utf8');

export const dashboard = (name: DashboardName): DashboardFile =>
  JSON.parse(textOf(`dashboards/${name}.json`)) as DashboardFile;

/** Grafana's variables replaced, as Grafana does. @param variables by name */
export const withVariables = (expr: string, variables: Readonly<Record<string, string>>): string =>
  expr.replaceAll(/\$(\w+)/g, (word, name: string) => variables[name] ?? word);

/** All queries of a dashboard, its annotations included. */
export function panelQueries(name: DashboardName, variables: Readonly<Record<string, string>>): MonitoringQuery[] {
  const { panels, annotations } = dashboard(name);
  const shown = panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr, legendFormat }) => ({ of: `${name}: ${title}, ${legendFormat}`, expr })),
  );
  const marked = (annotations.list ?? []).map(({ name: title, expr }) => ({
    of: `${name}: annotation ${title}`,
    expr,
  }));
  return [...shown, ...marked].map(({ of, expr }) => ({ of, expr: withVariables(expr, variables) }));
}

interface Group {
  rules: { alert: string; expr: string }[];
}

/** Each ends with a comparison with a number. @throws where one does not */
export function alertQueries(): AlertQuery[] {
  const rules = (parse(textOf('alerts.yaml')) as Group[]).flatMap((group) => group.rules);
  return rules.map(({ alert, expr }) => {
    const watched = /^(.+) (?:==|>|<) [\d.]+$/s.exec(expr)?.[1];
    if (watched === undefined) throw new Error(`${alert} does not end with a comparison: ${expr}`);
    return { of: alert, expr, watched };
  });
}
