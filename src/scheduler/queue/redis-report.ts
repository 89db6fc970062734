import type { Redis } from 'ioredis';
import type { Logger } from '../../telemetry/log.ts';
import type { RedisAccess } from './redis.ts';
import { examine, redisPlace, type Suitability, suitabilityAfter } from './suitability.ts';

/**
 * Tells the log what becomes of a connection, each thing once and not with every attempt: that Redis is away, that it
 * answers again, and that it answers and cannot be used.
 */
export function reportRedis(connection: Redis, access: RedisAccess, queues: readonly string[], log: Logger): void {
  const redis = redisPlace(access);
  let told: string | undefined;
  const tell = (found: Suitability): void => {
    if (found.is === 'suitable') {
      if (told !== undefined) log.info({ redis, server: found.server }, 'Redis answers again');
      told = undefined;
      return;
    }
    if (told === found.is) return;
    told = found.is;
    if (found.is === 'away') log.warn({ redis, why: found.why }, 'Redis does not answer: work goes on without it');
    else
      log.error({ redis, code: 'REDIS_UNSUITABLE', why: found.why }, 'Redis cannot be used: work goes on without it');
  };
  connection.on('error', (error) => tell(suitabilityAfter(access, error)));
  const look = async (): Promise<void> => {
    const found = await examine(connection, access, queues);
    // What fails as the connection is closed says nothing of Redis.
    if (connection.status === 'ready') tell(found);
  };
  connection.on('ready', () => void look());
}
