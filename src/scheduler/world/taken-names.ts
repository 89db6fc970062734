import type { KubeClient } from '../../cluster/client.ts';
import { KINDS, pathOf } from '../../cluster/kinds.ts';
import { type Deployment, type KubeObject, keyIn, keyOf, type Service } from '../../rollout/kube.ts';
import { waitsForName } from '../../rollout/machine/obstacle.ts';
import { ACTIVE, type RolloutState } from '../../rollout/machine/state.ts';
import { canaryName } from '../../rollout/names.ts';
import type { Kind } from '../../rollout/object-change.ts';
import { isMadeFor, leadsToCanary } from '../../rollout/workload/taken-names.ts';

/** The kinds of which the canary has an object of its own. */
const NAMED: readonly Kind[] = [KINDS.deployments, KINDS.services];

/** While a name is taken it is looked for again, but never sooner than this. */
const LOOK_MS = 4_000;

export interface TakenNamesOptions {
  client: Pick<KubeClient, 'find'>;
  /** What a watch shows under a name: objects with Headgate's label. */
  watched: (kind: Kind, key: string) => KubeObject | undefined;
}

interface Look {
  at: number;
  found: readonly KubeObject[];
}

/** What stands under the names that a canary needs, and is not Headgate's. */
export interface NameHolders {
  taken: KubeObject[];
  /** Written by a user for the canary: as good as one of Headgate's. */
  service?: Service;
}

/**
 * Objects of others under the names that canaries need. Watches show only what has Headgate's label, so the API server is
 * asked: when a Deployment is enrolled, when a revision comes, and from time to time while a release waits for a name.
 */
export class TakenNames {
  readonly #options: TakenNamesOptions;
  readonly #looks = new Map<string, Look>();

  constructor(options: TakenNamesOptions) {
    this.#options = options;
  }

  /**
   * Whether to look again, whatever is known. A release under way shows that another scheduler found the names free; one that
   * waits is woken from time to time to look. @param label the selector label that gets the suffix
   */
  isDoubtful(deployment: Deployment, label: string, state: RolloutState | undefined, now: number): boolean {
    const look = this.#looks.get(keyOf(deployment));
    if (state === undefined) return true;
    if (!ACTIVE.has(state.phase)) return false;
    if (look === undefined) return true;
    const isTaken = look.found.some((object) => !leadsToCanary(object, deployment, label));
    return state.phase === 'Waiting' ? (isTaken || waitsForName(state)) && now - look.at >= LOOK_MS : isTaken;
  }

  /** @param lookAt the time, to ask the API server; left out, what is known is enough @throws KubeError */
  async of(deployment: Deployment, label: string, lookAt?: number): Promise<NameHolders> {
    const key = keyOf(deployment);
    if (lookAt !== undefined) this.#looks.set(key, { at: lookAt, found: await this.#look(deployment) });
    const found = [...this.#labelled(deployment), ...(this.#looks.get(key)?.found ?? [])];
    const service = found.find((object) => leadsToCanary(object, deployment, label));
    return { taken: found.filter((object) => object !== service), ...(service && { service }) };
  }

  /** Takes what was found when something of the name was to be created. */
  note(deployment: Deployment, object: KubeObject, now: number): void {
    const key = keyOf(deployment);
    const others = (this.#looks.get(key)?.found ?? []).filter(({ kind }) => kind !== object.kind);
    this.#looks.set(key, { at: now, found: [...others, object] });
  }

  forget(key: string): void {
    this.#looks.delete(key);
  }

  #watched({ metadata: { namespace, name } }: Deployment, kind: Kind): KubeObject | undefined {
    return this.#options.watched(kind, keyIn(namespace, canaryName(name)));
  }

  #labelled(deployment: Deployment): KubeObject[] {
    const present = NAMED.flatMap((kind) => this.#watched(deployment, kind) ?? []);
    return present.filter((object) => !isMadeFor(object, deployment));
  }

  async #look(deployment: Deployment): Promise<KubeObject[]> {
    const { namespace, name } = deployment.metadata;
    const unseen = NAMED.filter((kind) => this.#watched(deployment, kind) === undefined);
    const found = await Promise.all(
      unseen.map((kind) => this.#options.client.find(pathOf(kind, namespace, canaryName(name)))),
    );
    return found.filter((object) => object !== undefined && !isMadeFor(object, deployment)) as KubeObject[];
  }
}
