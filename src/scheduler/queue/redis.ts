import { Redis, type RedisOptions } from 'ioredis';

/** Where Redis is, and who one is to it. */
export interface RedisAccess {
  /** With user and password, where there are any. */
  readonly redisUrl: string;
  /** For the sentinels themselves, where they ask for it. */
  readonly sentinelUsername?: string;
  readonly sentinelPassword?: string;
  /** What no word of a server may show: some repeat what they were told. */
  readonly secrets?: readonly string[];
}

/** Redis may go away for any time and come back: connecting is tried twice a second, without end. */
const retryStrategy = () => 500;
const COMMAND_MS = 2_000;

/** For workers: their calls block until there is a job, and wait for Redis without end. */
export const blockingConnection = (access: RedisAccess): Redis =>
  connect(access, { maxRetriesPerRequest: null, retryStrategy, lazyConnect: false });

/** For single commands: they fail at once while Redis is away, and after 2 s without an answer. */
export const commandConnection = (access: RedisAccess): Redis =>
  connect(access, { maxRetriesPerRequest: 1, enableOfflineQueue: false, retryStrategy, commandTimeout: COMMAND_MS });

/** For one look: what does not work is not tried again. It is connected by `connect`. */
export const singleConnection = (access: RedisAccess): Redis =>
  connect(access, {
    lazyConnect: true,
    enableReadyCheck: false,
    connectTimeout: COMMAND_MS,
    commandTimeout: COMMAND_MS,
    retryStrategy: () => null,
    sentinelRetryStrategy: () => null,
  });

export const isBehindSentinels = ({ redisUrl }: RedisAccess): boolean => /^rediss?\+sentinel:/.test(redisUrl);

type Settings = Omit<RedisOptions, 'replyMapping'>;

function connect(access: RedisAccess, options: Settings): Redis {
  return isBehindSentinels(access)
    ? new Redis({ ...behindSentinels(access), ...options })
    : new Redis(access.redisUrl, options);
}

/** `redis+sentinel://user:password@one,two,three:26379/mymaster/0`: sentinels of one port, what they call the master, the database. */
function behindSentinels({ redisUrl, sentinelUsername, sentinelPassword }: RedisAccess): Settings {
  const { protocol, hostname, port, username, password, pathname } = new URL(redisUrl);
  const [, name = '', database = '0'] = pathname.split('/');
  return {
    sentinels: hostname.split(',').map((host) => ({ host, port: Number(port || 26_379) })),
    name: decodeURIComponent(name),
    db: Number(database),
    sentinelCommandTimeout: COMMAND_MS,
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(sentinelUsername && { sentinelUsername }),
    ...(sentinelPassword && { sentinelPassword }),
    ...(protocol === 'rediss+sentinel:' && { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true }),
  };
}
