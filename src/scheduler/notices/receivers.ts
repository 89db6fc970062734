import type { KubeClient } from '../../cluster/client.ts';
import { isForbidden } from '../../cluster/errors.ts';
import { KINDS, pathOf } from '../../cluster/kinds.ts';
import type { Target } from '../../notify/target.ts';
import { withoutUndefined } from '../../notify/without-undefined.ts';
import { type KubeObject, keyIn } from '../../rollout/kube.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import { readProvider } from '../../rollout/spec/schema/alert-provider.ts';
import { normaliseSpec } from '../../rollout/spec/spec.ts';
import type { AnalysisSpec, Hook } from '../../rollout/spec/spec-types.ts';

/** What a receiver's name stands for. */
export type ReceiverLookup =
  /**
   * @param limiterKey receivers with the same one share a limit of requests: it stands for the address, which is secret
   * @param home namespace of its AlertProvider; the installation's own have none
   */
  | { is: 'target'; target: Target; limiterKey: string; home?: string }
  | { is: 'hook'; hook: Hook }
  /** Something is not there, or cannot be used as it is; it may be repaired while attempts go on. */
  | { is: 'missing'; why: string }
  | { is: 'refused'; why: string };

export interface ReceiversOptions {
  client: Pick<KubeClient, 'find'>;
  /** Where Headgate itself runs. */
  namespace: string;
  /** The installation's own. */
  defaults: ReadonlyMap<string, Target>;
  clock?: () => number;
}

interface Secret extends KubeObject {
  data?: Record<string, string>;
}

interface Provider extends KubeObject {
  spec?: unknown;
}

/** How long a provider and its Secret are used before they are read again. */
const FRESH_MS = 10_000;
const MOST_CACHED = 1_000;

/** Finds the receivers that outboxes name: AlertProviders with their Secrets, hooks, and the installation's own. */
export class Receivers {
  readonly #options: ReceiversOptions;
  readonly #clock: () => number;
  readonly #cache = new Map<string, { found: ReceiverLookup; until: number }>();

  constructor(options: ReceiversOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
  }

  /** @throws KubeError where the API server does not answer. */
  async find(record: Canary, receiver: string): Promise<ReceiverLookup> {
    const slash = receiver.indexOf('/');
    const [kind, name] = [receiver.slice(0, slash), receiver.slice(slash + 1)];
    if (kind === 'default') return this.#default(name);
    const spec = normaliseSpec(record.spec);
    if (!spec.ok) return { is: 'missing', why: 'the spec of the Canary cannot be followed, so nobody knows who it is' };
    const { analysis } = spec.value;
    return kind === 'hook' ? hookIn(analysis, name) : this.#alert(analysis, name, record.metadata.namespace ?? '');
  }

  #default(name: string): ReceiverLookup {
    const target = this.#options.defaults.get(name);
    return target === undefined
      ? { is: 'refused', why: `Headgate has no receiver ${name} any more` }
      : { is: 'target', target, limiterKey: `default/${name}` };
  }

  async #alert({ alerts }: AnalysisSpec, name: string, home: string): Promise<ReceiverLookup> {
    const alert = alerts.find((entry) => entry.name === name);
    if (alert === undefined) return { is: 'missing', why: `the Canary has no alert ${name} any more` };
    const { name: provider, namespace = home } = alert.provider;
    if (namespace !== home && namespace !== this.#options.namespace) return { is: 'refused', why: foreign(namespace) };
    const key = keyIn(namespace, provider);
    const cached = this.#cache.get(key);
    if (cached !== undefined && cached.until > this.#clock()) return cached.found;
    this.#cache.delete(key);
    const found = await this.#provider(namespace, provider);
    if (this.#cache.size >= MOST_CACHED) this.#cache.clear();
    if (found.is === 'target') this.#cache.set(key, { found, until: this.#clock() + FRESH_MS });
    return found;
  }

  async #provider(namespace: string, name: string): Promise<ReceiverLookup> {
    const key = keyIn(namespace, name);
    const provider = await this.#options.client.find<Provider>(pathOf(KINDS.alertproviders, namespace, name));
    if (provider === undefined) return { is: 'missing', why: `there is no AlertProvider ${key}` };
    const reading = readProvider(provider.spec);
    if (!reading.ok) return { is: 'missing', why: `the AlertProvider ${key} cannot be used: ${reading.message}` };
    const { secretRef, ...rest } = reading.value;
    const secret = await this.#secret(namespace, secretRef.name);
    if ('why' in secret) return { is: 'missing', why: secret.why };
    return { is: 'target', target: withoutUndefined({ ...rest, ...secret }), limiterKey: key, home: namespace };
  }

  async #secret(namespace: string, name: string): Promise<Pick<Target, 'address' | 'token'> | { why: string }> {
    try {
      const secret = await this.#options.client.find<Secret>(pathOf(KINDS.secrets, namespace, name));
      if (secret === undefined) return { why: `there is no Secret ${namespace}/${name}` };
      return withoutUndefined({ address: decoded(secret, 'address'), token: decoded(secret, 'token') });
    } catch (error) {
      if (!isForbidden(error)) throw error;
      const advice = `add ${name} to the chart value alerts.secretNames`;
      return { why: `Headgate may not read the Secret ${namespace}/${name}: ${advice}` };
    }
  }
}

function hookIn({ webhooks }: AnalysisSpec, name: string): ReceiverLookup {
  const hook = webhooks.find((entry) => entry.name === name);
  return hook === undefined ? { is: 'missing', why: `the Canary has no hook ${name} any more` } : { is: 'hook', hook };
}

const foreign = (namespace: string): string =>
  `its AlertProvider is in the namespace ${namespace}; use one of the Canary's own, or of Headgate's`;

function decoded({ data }: Secret, key: string): string | undefined {
  const text = Buffer.from(data?.[key] ?? '', 'base64')
    .toString('utf8')
    .trim();
  return text === '' ? undefined : text;
}
