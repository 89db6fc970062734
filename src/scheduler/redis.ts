import { Redis } from 'ioredis';

/** Redis may go away for any time and come back: workers wait for it, half a second at a time. */
const retryStrategy = () => 500;

/** For the worker, whose blocking calls wait for Redis for ever. */
export const workerConnection = (url: string): Redis =>
  new Redis(url, { maxRetriesPerRequest: null, retryStrategy, lazyConnect: false });

/** For adding hints: fails at once while Redis is away, so that the hint can be kept here. */
export const hintConnection = (url: string): Redis =>
  new Redis(url, { maxRetriesPerRequest: 1, enableOfflineQueue: false, retryStrategy, commandTimeout: 2_000 });
