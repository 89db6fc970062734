import { Redis, type RedisOptions } from 'ioredis';

/** Redis may go away for any time and come back: connecting is tried twice a second, without end. */
const retryStrategy = () => 500;

/** For workers: their calls block until there is a job, and wait for Redis without end. */
export const blockingConnection = (url: string): Redis =>
  connect(url, { maxRetriesPerRequest: null, retryStrategy, lazyConnect: false });

/** For single commands: they fail at once while Redis is away, and after 2 s without an answer. */
export const commandConnection = (url: string): Redis =>
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
