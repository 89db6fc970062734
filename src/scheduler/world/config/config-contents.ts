import type { KubeClient } from '../../../cluster/client.ts';
import { KINDS, pathOf } from '../../../cluster/kinds.ts';
import type { KubeObject } from '../../../rollout/kube.ts';
import { type ConfigContent, type ConfigObject, digestOf } from '../../../rollout/pins/content.ts';
import type { ConfigKind } from '../../../rollout/pins/reference.ts';

interface Known {
  resourceVersion: string;
  digest: string;
}

export const CONFIG_API = { configmap: KINDS.configmaps, secret: KINDS.secrets } as const;

/** Digests of ConfigMaps and Secrets; each object is read when it has changed, and what it says is not kept. */
export class ConfigContents {
  readonly #client: Pick<KubeClient, 'find'>;
  readonly #key: () => Promise<Buffer>;
  readonly #known = new Map<string, Known>();
  readonly #reading = new Map<string, Promise<ConfigObject | undefined>>();

  /** @param key with which contents of Secrets get their names */
  constructor(client: Pick<KubeClient, 'find'>, key: () => Promise<Buffer>) {
    this.#client = client;
    this.#key = key;
  }

  /** Of an object in the state that it was seen in, or a later one; undefined when it is gone. @throws KubeError */
  async digestOf(kind: ConfigKind, { metadata }: KubeObject): Promise<string | undefined> {
    const { namespace, name, resourceVersion = '' } = metadata;
    const known = this.#known.get(keyOf(kind, namespace, name));
    if (known?.resourceVersion === resourceVersion) return known.digest;
    const object = await this.read(kind, namespace, name);
    return object && this.digest(kind, object);
  }

  /** The object as it is now; several that want it at once read it once. @throws KubeError */
  read(kind: ConfigKind, namespace: string | undefined, name: string): Promise<ConfigObject | undefined> {
    const key = keyOf(kind, namespace, name);
    const reading =
      this.#reading.get(key) ??
      this.#client
        .find<ConfigObject>(pathOf(CONFIG_API[kind], namespace, name))
        .then((object) => this.#note(kind, object))
        .finally(() => this.#reading.delete(key));
    this.#reading.set(key, reading);
    return reading;
  }

  async #note(kind: ConfigKind, object: ConfigObject | undefined): Promise<ConfigObject | undefined> {
    if (object === undefined) return undefined;
    const { namespace, name, resourceVersion = '' } = object.metadata;
    this.#known.set(keyOf(kind, namespace, name), { resourceVersion, digest: await this.digest(kind, object) });
    return object;
  }

  async digest(kind: ConfigKind, content: ConfigContent): Promise<string> {
    return digestOf(content, kind === 'secret' ? await this.#key() : undefined);
  }

  forget(kind: ConfigKind, { metadata: { namespace, name } }: KubeObject): void {
    this.#known.delete(keyOf(kind, namespace, name));
  }
}

const keyOf = (kind: ConfigKind, namespace: string | undefined, name: string): string => `${kind}/${namespace}/${name}`;
