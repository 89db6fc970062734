import type { Redis } from 'ioredis';
import type { Config } from '../../config.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { blockingConnection, commandConnection } from './redis.ts';
import { reportRedis } from './redis-report.ts';

export interface ConnectionsOptions {
  config: Config;
  /** Names of the queues that are worked on. */
  queues: readonly string[];
  log: Logger;
  metrics: Pick<Metrics, 'redisConnected'>;
}

/** The two of a scheduler: one that waits for jobs, and one for all else. */
export type Connections = [blocking: Redis, commands: Redis];

export function connect({ config, queues, log, metrics }: ConnectionsOptions): Connections {
  const [blocking, commands] = [blockingConnection(config), commandConnection(config)];
  blocking.on('error', (error) => log.debug({ err: error }, 'redis'));
  reportRedis(commands, config, queues, log);
  commands.on('ready', () => metrics.redisConnected.set(1));
  commands.on('close', () => metrics.redisConnected.set(0));
  return [blocking, commands];
}
