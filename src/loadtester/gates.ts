import type { Redis } from 'ioredis';
import type { ReceivedPayload } from './payload.ts';

/** What a gate is for: to let a release go on, or to ask for its way back. */
export const GATE_KINDS = ['gate', 'rollback'] as const;
export type GateKind = (typeof GATE_KINDS)[number];

export interface OpenGate {
  name: string;
  namespace: string;
  /** ISO 8601. */
  openedAt: string;
}

/**
 * Gates by canary, in Redis: open ones are fields of one hash per kind, and all others are closed, also those that nobody
 * ever heard of and those that Redis lost. Every method rejects while Redis is away.
 */
export class Gates {
  readonly #redis: Redis;
  readonly #prefix: string;

  /** @param prefix keeps installations that share a Redis apart. */
  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  isReady(): boolean {
    return this.#redis.status === 'ready';
  }

  async open(kind: GateKind, canary: ReceivedPayload, at: Date): Promise<void> {
    await this.#redis.hset(this.#key(kind), field(canary), at.toISOString());
  }

  async close(kind: GateKind, canary: ReceivedPayload): Promise<void> {
    await this.#redis.hdel(this.#key(kind), field(canary));
  }

  async isOpen(kind: GateKind, canary: ReceivedPayload): Promise<boolean> {
    return (await this.#redis.hexists(this.#key(kind), field(canary))) === 1;
  }

  /** The open ones, by namespace and name. */
  async list(kind: GateKind): Promise<OpenGate[]> {
    const fields = Object.entries(await this.#redis.hgetall(this.#key(kind)));
    return fields
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([text, openedAt]) => {
        const [namespace = '', name = ''] = text.split('/');
        return { name, namespace, openedAt };
      });
  }

  #key(kind: GateKind): string {
    return `${this.#prefix}:loadtester:${kind}`;
  }
}

/** Neither part can have a slash. */
const field = ({ namespace, name }: ReceivedPayload): string => `${namespace}/${name}`;
