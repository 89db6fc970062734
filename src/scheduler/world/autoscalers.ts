import type { KubeClient } from '../../cluster/client.ts';
import { isForbidden } from '../../cluster/errors.ts';
import { KINDS, pathOf } from '../../cluster/kinds.ts';
import { type Deployment, type KubeObject, keyOf } from '../../rollout/kube.ts';
import type { AutoscalerReading } from '../../rollout/machine/autoscaler.ts';
import { canaryName, stemOf } from '../../rollout/names.ts';
import type { AutoscalerRef } from '../../rollout/spec/spec-types.ts';
import { AUTOSCALERS, type Autoscaler } from '../../rollout/workload/autoscaler/canary-autoscaler.ts';

/** The binding of the policy by which no autoscaler shrinks a Deployment under release. */
const FLOOR = 'headgate-floor';

/** Which moment of a release an autoscaler is read for. */
export interface AutoscalerMoment {
  ref: AutoscalerRef;
  revision: string;
  /** That of the canary is about to go: another scheduler may have made it since it was read. */
  isEnding: boolean;
}

interface Known<T> {
  id: string;
  value: Promise<T>;
}

type Given = Omit<AutoscalerReading, 'canarys' | 'refused'>;

/**
 * What scales a Deployment and its canary, asked for when a release needs it and not watched: an autoscaler's status is written
 * all the time. The named one is as it was when the release began.
 */
export class Autoscalers {
  readonly #client: Pick<KubeClient, 'find'>;
  readonly #given = new Map<string, Known<Given>>();
  readonly #canarys = new Map<string, Known<KubeObject | undefined>>();
  readonly #refused = new Map<string, { id: string; words: string }>();

  constructor(client: Pick<KubeClient, 'find'>) {
    this.#client = client;
  }

  /** @throws KubeError */
  async of(deployment: Deployment, { ref, revision, isEnding }: AutoscalerMoment): Promise<AutoscalerReading> {
    const { namespace, name } = deployment.metadata;
    const key = keyOf(deployment);
    const id = `${revision} ${ref.kind} ${ref.name}`;
    const [given, canarys] = await Promise.all([
      known(this.#given, { key, id }, () => this.#read(namespace, ref)),
      known(this.#canarys, { key, id: `${id} ${isEnding}` }, () => this.#find(namespace, ref.kind, canaryName(name))),
    ]);
    const refused = this.#refused.get(key);
    return { ...given, ...(canarys && { canarys }), ...(refused?.id === id && { refused: refused.words }) };
  }

  /** Takes the canary's as it is now; undefined: it is gone. @param at by its name */
  put(at: KubeObject, object: KubeObject | undefined): void {
    const key = stemKeyOf(at);
    const present = this.#canarys.get(key);
    if (present) this.#canarys.set(key, { id: present.id, value: Promise.resolve(object) });
  }

  /** It is another than was known: it is read again. @param at the canary's, by its name */
  doubt(at: KubeObject): void {
    this.#canarys.delete(stemKeyOf(at));
  }

  /** The API server will not have it, for as long as it is made of the same. @param at the canary's, by its name */
  refuse(at: KubeObject, words: string): void {
    const key = stemKeyOf(at);
    const { id } = this.#given.get(key) ?? {};
    if (id !== undefined) this.#refused.set(key, { id, words });
  }

  /** @param key of the Deployment */
  forget(key: string): void {
    this.#given.delete(key);
    this.#canarys.delete(key);
    this.#refused.delete(key);
  }

  async #read(namespace: string | undefined, ref: AutoscalerRef): Promise<Given> {
    const [named, isFloorKept] = await Promise.all([this.#named(namespace, ref), this.#isFloorKept()]);
    return { ref, named, isFloorKept };
  }

  async #named(namespace: string | undefined, { kind, name }: AutoscalerRef): Promise<AutoscalerReading['named']> {
    try {
      const autoscaler = await this.#client.find<Autoscaler>(pathOf(AUTOSCALERS[kind], namespace, name));
      return autoscaler === undefined ? { is: 'absent' } : { is: 'found', autoscaler: { ...autoscaler, kind } };
    } catch (error) {
      if (isForbidden(error)) return { is: 'forbidden' };
      throw error;
    }
  }

  /** Nothing of Headgate's is where nothing may be read. */
  #find(namespace: string | undefined, kind: AutoscalerRef['kind'], name: string): Promise<KubeObject | undefined> {
    return unlessForbidden(this.#client.find(pathOf(AUTOSCALERS[kind], namespace, name)));
  }

  async #isFloorKept(): Promise<boolean | undefined> {
    const path = pathOf(KINDS.validatingadmissionpolicybindings, undefined, FLOOR);
    const binding = this.#client.find(path).then((found) => ({ isThere: found !== undefined }));
    return (await unlessForbidden(binding))?.isThere;
  }
}

/** The key of the Deployment that a canary's object belongs to. */
const stemKeyOf = ({ metadata }: KubeObject): string =>
  keyOf({ metadata: { ...metadata, name: stemOf(metadata.name) } });

async function unlessForbidden<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

/** What is known under a key, for as long as it is about the same; what failed is asked for again. */
function known<T>(map: Map<string, Known<T>>, { key, id }: { key: string; id: string }, read: () => Promise<T>) {
  const present = map.get(key);
  if (present?.id === id) return present.value;
  const value = read();
  map.set(key, { id, value });
  value.catch(() => {
    if (map.get(key)?.value === value) map.delete(key);
  });
  return value;
}
