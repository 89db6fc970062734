import type { Dashboard, DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { canaryDashboard } from './canary.ts';
import { selfDashboard } from './self.ts';

const DIRECTORY = 'manifests/chart/files/dashboards';

/** Grafana wants each panel to have a number of its own. */
function numbered(builder: DashboardBuilder): Dashboard {
  const dashboard = builder.build();
  return { ...dashboard, panels: (dashboard.panels ?? []).map((panel, at) => ({ ...panel, id: at + 1 })) };
}

/** The chart's dashboards: path below the root → JSON. */
export const dashboardFiles = (): Map<string, string> =>
  new Map(
    Object.entries({ canary: canaryDashboard(), self: selfDashboard() }).map(([name, builder]) => [
      `${DIRECTORY}/${name}.json`,
      `${JSON.stringify(numbered(builder), null, 2)}\n`,
    ]),
  );
