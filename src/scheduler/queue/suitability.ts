import type { Redis } from 'ioredis';
import { AppError } from '../../errors.ts';
import { masker } from '../../rollout/spec/wording/masked.ts';
import type { Logger } from '../../telemetry/log.ts';
import { isBehindSentinels, type RedisAccess, singleConnection } from './redis.ts';
import { problemIn, serverName } from './server-info.ts';

/** What a look at Redis says. */
export type Suitability =
  | { is: 'suitable'; server: string }
  /** It answers, and cannot be used until somebody changes something. */
  | { is: 'unsuitable'; why: string }
  /** It does not answer, or not yet: it may by itself. */
  | { is: 'away'; why: string };

const LOOK_MS = 5_000;
const RIGHTS = 'docs/configuration.md, "Redis", has the rights that it needs';

/**
 * Writes and deletes a key of each type in a script, as the queue does: a user without the rights is told so here, and not
 * by jobs that get lost.
 */
const TRIAL = `for _, key in ipairs(KEYS) do
  redis.call('SET', key, '1', 'PX', 1000)
  redis.call('DEL', key)
  redis.call('HSET', key, 'a', '1')
  redis.call('DEL', key)
  redis.call('ZADD', key, 1, 'a')
  redis.call('DEL', key)
  redis.call('RPUSH', key, 'a')
  redis.call('DEL', key)
  redis.call('XADD', key, '*', 'a', '1')
  redis.call('DEL', key)
end`;

/**
 * Looks whether Redis can be used as it is, on a connection of its own.
 * @throws AppError REDIS_UNSUITABLE if it answers and cannot be used. One that is away may come back: that is logged alone.
 */
export async function requireRedis(access: RedisAccess, queues: readonly string[], log: Logger): Promise<void> {
  const found = await look(access, queues);
  const redis = redisPlace(access);
  if (found.is === 'unsuitable') throw new AppError('REDIS_UNSUITABLE', `${redis}: ${found.why}`);
  if (found.is === 'away') log.warn({ redis, why: found.why }, 'Redis does not answer: work goes on without it');
  else log.info({ redis, server: found.server }, 'Redis can be used');
}

async function look(access: RedisAccess, queues: readonly string[]): Promise<Suitability> {
  const redis = singleConnection(access);
  let late: NodeJS.Timeout | undefined;
  const tooLate = new Promise<Suitability>((resolve) => {
    late = setTimeout(() => resolve({ is: 'away', why: `no answer within ${LOOK_MS} ms` }), LOOK_MS);
  });
  try {
    return await Promise.race([tooLate, connectAndExamine(redis, access, queues)]);
  } finally {
    clearTimeout(late);
    redis.disconnect();
  }
}

async function connectAndExamine(redis: Redis, access: RedisAccess, queues: readonly string[]): Promise<Suitability> {
  // Why it was not connected is told to the listener; the promise says only that it was not.
  let why: unknown;
  redis.on('error', (error) => {
    why = error;
  });
  try {
    await redis.connect();
  } catch (error) {
    return suitabilityAfter(access, why ?? error);
  }
  return examine(redis, access, queues);
}

/** Looks at the server of a connection. @param queues those whose keys are to be written */
export async function examine(redis: Redis, access: RedisAccess, queues: readonly string[]): Promise<Suitability> {
  try {
    const info = await redis.info();
    const problem = problemIn(info);
    if (problem !== undefined) return { is: 'unsuitable', why: problem };
    const keys = queues.map((queue) => `bull:${queue}:trial`);
    if (keys.length > 0) await redis.eval(TRIAL, keys.length, ...keys);
    return { is: 'suitable', server: serverName(info) };
  } catch (error) {
    return suitabilityAfter(access, error);
  }
}

/** What an error says of Redis: whether somebody has to do something, and what. */
export function suitabilityAfter(access: RedisAccess, error: unknown): Suitability {
  const words = masker(access.secrets ?? [])(error instanceof Error ? error.message : String(error));
  const unsuitable = (why: string): Suitability => ({ is: 'unsuitable', why: `${why} ("${words}")` });
  if (isBehindSentinels(access) && /^All sentinels .*\b(NOAUTH|WRONGPASS|invalid password)\b/.test(words)) {
    return unsuitable(
      'its sentinels refuse user or password. They have their own: HEADGATE_REDIS_SENTINEL_USERNAME and HEADGATE_REDIS_SENTINEL_PASSWORD',
    );
  }
  if (/\bNOAUTH\b/.test(words)) return unsuitable('it wants a password, and was given none: HEADGATE_REDIS_PASSWORD');
  if (/\bWRONGPASS\b|invalid password/.test(words)) {
    return unsuitable('it refuses user or password: HEADGATE_REDIS_USERNAME and HEADGATE_REDIS_PASSWORD');
  }
  // In scripts, each version says it in words of its own.
  if (/\bNOPERM\b|\bACL failure\b|executing the script can't/.test(words)) {
    return unsuitable(`its user may not do what the queue does: ${RIGHTS}`);
  }
  const hungUp = /\b(EPIPE|ECONNRESET)\b/.test(words);
  return {
    is: 'away',
    why: hungUp ? `${words}: it hangs up, as one without a password does in protected mode` : words,
  };
}

/** Without user and password, and without a `//`: words after it, of whatever kind, could be taken for a part of a URL. */
export function redisPlace(access: RedisAccess): string {
  const { host, pathname } = new URL(access.redisUrl);
  const place = `${host}${pathname}`.replace(/\/$/, '');
  return isBehindSentinels(access) ? `Redis behind sentinels ${place}` : `Redis at ${place}`;
}
