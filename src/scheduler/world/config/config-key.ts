import { randomBytes } from 'node:crypto';
import type { KubeClient } from '../../../cluster/client.ts';
import { isLostRace } from '../../../cluster/errors.ts';
import { KINDS, pathOf } from '../../../cluster/kinds.ts';
import type { KubeObject } from '../../../rollout/kube.ts';
import { atVersion } from '../../../rollout/object-change.ts';

const FIELD = 'key';
const BYTES = 32;

type KeySecret = KubeObject & { data?: Record<string, string> };

/**
 * The key with which contents of Secrets get their names, from a Secret of Headgate's own that is there from the installation. It is
 * made by whoever finds none, and read once.
 */
export class ConfigKey {
  readonly #client: Pick<KubeClient, 'get' | 'patch'>;
  readonly #path: string;
  #key: Promise<Buffer> | undefined;

  constructor(client: Pick<KubeClient, 'get' | 'patch'>, namespace: string, secret: string) {
    this.#client = client;
    this.#path = pathOf(KINDS.secrets, namespace, secret);
  }

  /** @throws KubeError */
  get = (): Promise<Buffer> => {
    this.#key ??= this.#find().catch((error: unknown) => {
      this.#key = undefined;
      throw error;
    });
    return this.#key;
  };

  async #find(): Promise<Buffer> {
    const secret = await this.#client.get<KeySecret>(this.#path);
    const present = secret.data?.[FIELD];
    return Buffer.from(present ?? (await this.#make(secret)), 'base64');
  }

  /** Of several at once, one makes it, and the others take that. */
  async #make(secret: KeySecret): Promise<string> {
    const key = randomBytes(BYTES).toString('base64');
    const data = { ...secret.data, [FIELD]: key };
    try {
      await this.#client.patch(this.#path, 'json', [atVersion(secret), { op: 'add', path: '/data', value: data }]);
      return key;
    } catch (error) {
      if (!isLostRace(error)) throw error;
      const now = await this.#client.get<KeySecret>(this.#path);
      return now.data?.[FIELD] ?? this.#make(now);
    }
  }
}
