import type { KubeClient } from '../cluster/client.ts';
import type { Namespaces } from '../cluster/namespaces.ts';
import { ROLE } from '../rollout/keys.ts';
import { keyOf } from '../rollout/kube.ts';
import { adoptedFor } from '../rollout/workload/adopted-for.ts';
import type { TrafficProvider, TrafficReference } from '../traffic/provider.ts';
import { listedObjects } from './find.ts';

/** Where the users' routes are that bear marks of Deployments: read once a round for all of these. */
export class AdoptedRoutes {
  readonly #options: { client: KubeClient; provider: TrafficProvider };
  #found = new Map<string, TrafficReference[]>();

  constructor(options: { client: KubeClient; provider: TrafficProvider }) {
    this.#options = options;
  }

  /** Reads them anew. @throws KubeError */
  async read(namespaces: Namespaces): Promise<void> {
    const { client, provider } = this.#options;
    const found = new Map<string, TrafficReference[]>();
    for (const { kind } of provider.sources.filter(({ isRoute }) => isRoute)) {
      for (const object of await listedObjects({ client, namespaces }, kind, ROLE)) {
        const reference = { kind, key: keyOf(object) };
        for (const key of Object.keys(adoptedFor(object))) found.set(key, [...(found.get(key) ?? []), reference]);
      }
    }
    this.#found = found;
  }

  /** Keys of the Deployments for which there are any. */
  keys(): string[] {
    return [...this.#found.keys()];
  }

  /** Those of other namespaces than the Deployment's. @param key of the Deployment */
  elsewhere(key: string): readonly TrafficReference[] {
    const namespace = namespaceOf(key);
    return (this.#found.get(key) ?? []).filter((reference) => namespaceOf(reference.key) !== namespace);
  }
}

const namespaceOf = (key: string): string => key.slice(0, key.indexOf('/'));
