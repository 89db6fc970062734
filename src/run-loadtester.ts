import { Registry } from 'prom-client';
import type { Config, Environment } from './config.ts';
import { bearerGuard } from './loadtester/bearer.ts';
import { Gates } from './loadtester/gates.ts';
import { createLoadTesterMetrics } from './loadtester/metrics.ts';
import { findPrograms, type Programs } from './loadtester/programs.ts';
import { TaskRunner } from './loadtester/runner.ts';
import { LoadTesterServer } from './loadtester/server.ts';
import { type LoadTesterSettings, loadSettings } from './loadtester/settings.ts';
import { type Running, startInOrder } from './process/lifecycle.ts';
import { commandConnection } from './scheduler/queue/redis.ts';
import { reportRedis } from './scheduler/queue/redis-report.ts';
import { createLog, type Logger } from './telemetry/log.ts';

/** `headgate loadtester`. Resolves when it listens; with gates it is ready once Redis answers. */
export async function runLoadTester(config: Config, environment: Environment): Promise<Running> {
  const settings = loadSettings(environment);
  const log = createLog({ level: config.logLevel, process: 'loadtester', secrets: config.secrets });
  const registry = new Registry();
  const metrics = createLoadTesterMetrics(registry);
  const programs = await findPrograms(settings.programs, settings.path);
  const redis = settings.gates ? commandConnection(config) : undefined;
  if (redis) reportRedis(redis, config, [], log);
  const { host, port, graceMs } = settings;
  const server = new LoadTesterServer({
    registry,
    metrics,
    log,
    runner: new TaskRunner({ ...settings, environment: environmentOf(settings), log, metrics }),
    limits: { ...settings, programs },
    gates: redis && new Gates(redis, config.queue),
    ...guardsOf(settings),
    now: () => new Date(),
    shutdownDelayMs: config.shutdownDelayMs,
    graceMs,
  });
  const running = await startInOrder([
    { stop: () => log.info('the load tester has stopped') },
    { stop: () => redis?.disconnect() },
    { start: () => server.listen({ host, port }), stop: () => server.stop() },
  ]);
  announce(settings, programs, log);
  return running;
}

/** All that a command sees of the environment: nothing of this process's own settings. */
const environmentOf = ({ path }: LoadTesterSettings): Record<string, string> => ({
  PATH: path,
  HOME: '/tmp',
  LANG: 'C.UTF-8',
});

const NO_TOKEN = 'gates cannot be changed here: this load tester has no token (HEADGATE_LOADTESTER_TOKEN)';

const guardsOf = ({ token, tokenScope }: LoadTesterSettings) => ({
  mayRun: bearerGuard(tokenScope === 'all' ? token : undefined),
  mayChange: bearerGuard(token, NO_TOKEN),
});

function announce({ port, gates, token }: LoadTesterSettings, programs: Programs, log: Logger): void {
  const missing = [...programs].filter(([, file]) => file === undefined).map(([name]) => name);
  if (missing.length > 0) log.warn({ programs: missing }, 'programs that may be run are not installed');
  if (gates && token === undefined) log.warn('there is no token: gates can be asked for, and not changed');
  log.info({ port, programs: [...programs.keys()], gates }, 'the load tester listens');
}
