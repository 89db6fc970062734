import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { type Rig, waitFor } from '../../rig/rig.ts';

export interface RedisUser {
  name: string;
  password: string;
}

/** A Redis that speaks TLS only, and knows one user. */
export class SecuredRedis {
  readonly port = 6390;
  readonly #child: ChildProcess;
  readonly #admin: Redis;

  private constructor(child: ChildProcess, admin: Redis) {
    this.#child = child;
    this.#admin = admin;
  }

  static async start(rig: Rig, user: RedisUser): Promise<SecuredRedis> {
    const { cert, key } = await rig.certificate(['localhost']);
    const dir = mkdtempSync(join(rig.file.dir, 'redis-'));
    const socket = join(dir, 'admin.sock');
    const tls = ['--tls-port', '6390', '--tls-cert-file', cert, '--tls-key-file', key, '--tls-auth-clients', 'no'];
    const access = ['--unixsocket', socket, '--user', user.name, 'on', `>${user.password}`, '~*', '&*', '+@all'];
    const words = ['--port', '0', '--dir', dir, '--maxmemory-policy', 'noeviction', ...tls, ...access];
    const log = openSync(join(rig.file.logs, 'secured-redis.log'), 'a');
    const child = spawn(rig.program('redis-server'), words, { stdio: ['ignore', log, log] });
    const admin = new Redis(socket, { retryStrategy: () => 200 });
    admin.on('error', () => undefined);
    const redis = new SecuredRedis(child, admin);
    await waitFor('Redis', async () => (await admin.ping()) === 'PONG');
    // Whoever does not say who it is, is nobody; this connection stays.
    await admin.acl('SETUSER', 'default', 'resetpass');
    return redis;
  }

  /** Names of connected users, once each. */
  async users(): Promise<string[]> {
    const text = String(await this.#admin.client('LIST'));
    return [...new Set(text.match(/(?<=\buser=)\S+/g))].toSorted();
  }

  async stop(): Promise<void> {
    this.#admin.disconnect();
    const gone = once(this.#child, 'exit');
    this.#child.kill();
    await gone;
  }
}
