import { Redis, type RedisOptions } from 'ioredis';

/** Redis may go away for any time and come back: workers wait for it, half a second at a time. */
const retryStrategy = () => 500;

/** For the worker, whose blocking calls wait for Redis for ever. */
export const workerConnection = (url: string): Redis =>
  connect(url, { maxRetriesPerRequest: null, retryStrategy, lazyConnect: false });

/** For adding hints: fails at once while Redis is away, so that the hint can be kept here. */
export const hintConnection = (url: string): Redis =>
  connect(url, { maxRetriesPerRequest: 1, enableOfflineQueue: false, retryStrategy, commandTimeout: 2_000 });

type Settings = Omit<RedisOptions, 'replyMapping'>;

function connect(url: string, options: Settings): Redis {
  return /^rediss?\+sentinel:/.test(url) ? new Redis({ ...behindSentinels(url), ...options }) : new Redis(url, options);
}

/** `redis+sentinel://user:password@one,two,three:26379/mymaster/0`: sentinels of one port, what they call the master, the database. */
function behindSentinels(url: string): Settings {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  const [, name = '', database = '0'] = pathname.split('/');
  return {
    sentinels: hostname.split(',').map((host) => ({ host, port: Number(port || 26_379) })),
    name: decodeURIComponent(name),
    db: Number(database),
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss+sentinel:' && { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true }),
  };
}
