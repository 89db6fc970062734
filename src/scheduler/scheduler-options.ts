import type { ProviderClient } from '../analysis/provider-client.ts';
import type { KubeClient } from '../cluster/client.ts';
import type { Clock } from '../cluster/server-clock.ts';
import type { Config } from '../config.ts';
import type { HookCaller } from '../hooks/call.ts';
import type { CallGuard } from '../hooks/call-guard.ts';
import type { AlertSettings } from '../notify/settings.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import type { TrafficProvider } from '../traffic/provider.ts';

export interface SchedulerOptions {
  config: Config;
  alerts: AlertSettings;
  client: KubeClient;
  /** What divides traffic. */
  provider: TrafficProvider;
  log: Logger;
  metrics: Metrics;
  tracing: Tracing;
  caller: HookCaller;
  guard: CallGuard;
  /** By which times in records are written and compared. */
  clock: Clock;
  /** Asks the providers of MetricTemplates. */
  providers: ProviderClient;
}
