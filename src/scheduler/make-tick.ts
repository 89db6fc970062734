import { Prometheus } from '../analysis/prometheus.ts';
import type { Canary } from '../rollout/machine/canary.ts';
import type { Effect } from '../rollout/machine/effects.ts';
import type { CheckResult } from '../rollout/machine/observation.ts';
import { rememberedReads } from '../traffic/remembered-reads.ts';
import { countEnded, endedRelease } from './ended-release.ts';
import type { HookRunner } from './hooks/hook-runner.ts';
import { MetricTemplates } from './metric-templates/metric-templates.ts';
import { tracedSources } from './metric-templates/traced-sources.ts';
import type { NoticeSender } from './notices/notice-sender.ts';
import type { SchedulerOptions } from './scheduler-options.ts';
import { Applier } from './tick/apply.ts';
import { Claimants } from './tick/claimants.ts';
import { WatchedDismantler } from './tick/dismantle.ts';
import { Enrolment } from './tick/enrolment.ts';
import type { EventRecorder } from './tick/event-recorder.ts';
import { Observer } from './tick/observe.ts';
import { Tick } from './tick/tick.ts';
import { UnknownLog } from './tick/unknown-log.ts';
import { CanaryPlaces } from './world/canary-places.ts';
import type { World } from './world/world.ts';

/** What a tick works on, of the scheduler that runs it. */
export interface TickParts {
  world: World;
  events: EventRecorder;
  hooks: HookRunner;
  notices: NoticeSender;
  /** Names this process. */
  self: string;
  onLook: (key: string) => void;
  /** This process has committed another state of a record. */
  onCommitted: (record: Canary) => void;
  /** What this process asked for about the Deployment of this key is known now. */
  onAnswer: (key: string) => void;
  /** There is a place for the canary of this Deployment. */
  onTurn: (key: string) => void;
}

/** The tick of this scheduler, with all that it reads and writes by. */
export function makeTick(options: SchedulerOptions, parts: TickParts): Tick {
  const { client, config, alerts, log, metrics, provider, clock, providers, tracing } = options;
  const { world, events, onLook, onAnswer, onTurn, onCommitted } = parts;
  const { clusterDomain, routeSettleMs: settleMs } = config;
  const onCheck = (key: string, { metric, verdict }: CheckResult) => {
    metrics.checks.inc({ verdict });
    metrics.canaries.countCheck(key, metric, verdict);
  };
  const enrolment = new Enrolment({
    client,
    world,
    claimants: new Claimants(world, provider),
    clock,
    dismantler: new WatchedDismantler(world, { client, provider, clusterDomain, settleMs }),
    onCommitted,
    onUnusable: (key, message) => log.warn({ canary: key }, message),
    onAbandoned: (deployment, revision) => events.recordDeleted(deployment, revision),
  });
  const prometheus = new Prometheus(config.metricsServer, config.metricsLogin);
  const metricTemplates = new MetricTemplates({ client, providers, prometheus, namespace: config.namespace });
  const asked = tracedSources({ prometheus, metricTemplates }, tracing);
  const { records, canaries } = world;
  const places = new CanaryPlaces({ records, canaries, limit: config.maxStarting, clock, onTurn });
  const reading = rememberedReads(provider);
  const observer = new Observer({ world, provider: reading, clusterDomain, ...asked, onCheck, onAnswer });
  return new Tick({
    enrolment,
    client,
    world,
    places,
    observer,
    applier: new Applier({ client, world, provider: reading, reads: observer.reads, clock }),
    settleMs,
    scrapeMs: config.scrapeIntervalMs,
    onRecordRefused: (deployment, why) => events.recordRefused(deployment, why),
    clock,
    clusterDomain,
    self: parts.self,
    defaultAlerts: [...alerts.receivers.keys()].map((name) => ({ name, severity: alerts.severity })),
    hooks: parts.hooks,
    notices: parts.notices,
    onCommit: (before, committed, facts) => {
      if (committed !== before) onCommitted(committed);
      const ended = endedRelease(before, committed);
      if (ended !== undefined) countEnded(metrics, ended);
      if (ended !== undefined) tracing.ended(committed, ended);
      events.recordFacts(committed, facts);
    },
    unknownLog: new UnknownLog(log),
    onEffectError: (key: string, effect: Effect, error: unknown) =>
      log.warn({ canary: key, effect: effect.do, err: error }, 'an effect failed; the next tick repairs it'),
    onLook,
    onAnswer,
  });
}
