import { Redis } from 'ioredis';
import type { Rig } from '../../rig/rig.ts';

/** What the queue of one Deployment cost. */
export interface QueueCost {
  /** Wake-ups that were put into Redis, also those that were there already. */
  added: number;
  /** Jobs that a scheduler did. */
  done: number;
}

/** Follows what Redis is told, command by command: the ids of a Deployment's jobs end with its key. */
export class QueueMonitor {
  readonly #redis: Redis;
  readonly #commands: string[][] = [];

  private constructor(redis: Redis) {
    this.#redis = redis;
  }

  static async open(rig: Rig): Promise<QueueMonitor> {
    const redis = new Redis(rig.file.redis.url);
    const followed = new QueueMonitor(await redis.monitor());
    redis.disconnect();
    // What a script does is told too, with another source.
    followed.#redis.on('monitor', (_time: string, command: string[], source: string) => {
      if (source !== 'lua') followed.#commands.push(command);
    });
    return followed;
  }

  /** Since the monitor was opened. @param key `namespace/name` */
  costOf(key: string): QueueCost {
    const about = this.#commands.filter((command) => command.some((word) => word.includes(`/${key}`)));
    // BullMQ's scripts: who adds a job packs its options, and who ends one gives what it returned.
    const count = (mark: string): number =>
      about.filter((command) => command.some((word) => word.includes(mark))).length;
    return { added: count('removeOnComplete'), done: count('returnvalue') };
  }

  close(): void {
    this.#redis.disconnect();
  }
}
