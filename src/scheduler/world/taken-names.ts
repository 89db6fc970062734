import type { KubeClient } from '../../cluster/client.ts';
import { KINDS, pathOf } from '../../cluster/kinds.ts';
import { type Deployment, type KubeObject, keyIn, keyOf } from '../../rollout/kube.ts';
import { ACTIVE, type RolloutState } from '../../rollout/machine/state.ts';
import { waitsForName } from '../../rollout/machine/troubles/obstacle.ts';
import { canaryName } from '../../rollout/names.ts';
import { isMadeFor } from '../../rollout/workload/taken-names.ts';

/** While a name is taken it is looked for again, but never sooner than this. */
const LOOK_MS = 4_000;

export interface TakenNamesOptions {
  client: Pick<KubeClient, 'find'>;
  /** What a watch shows under a name: Deployments with Headgate's label. */
  watched: (key: string) => Deployment | undefined;
}

interface Look {
  at: number;
  found: readonly KubeObject[];
}

/**
 * Deployments of others under the names that canaries need. Watches show only what has Headgate's label, so the API server is
 * asked: when a Deployment is enrolled, when a revision comes, and from time to time while a release waits for a name.
 */
export class TakenNames {
  readonly #options: TakenNamesOptions;
  readonly #looks = new Map<string, Look>();

  constructor(options: TakenNamesOptions) {
    this.#options = options;
  }

  /**
   * Whether to look again, whatever is known. A release under way shows that another scheduler found the name free; one that
   * waits is woken from time to time to look.
   */
  isDoubtful(deployment: Deployment, state: RolloutState | undefined, now: number): boolean {
    const look = this.#looks.get(keyOf(deployment));
    if (state === undefined) return true;
    if (!ACTIVE.has(state.phase)) return false;
    if (look === undefined) return true;
    const isTaken = look.found.length > 0;
    return state.phase === 'Waiting' ? (isTaken || waitsForName(state)) && now - look.at >= LOOK_MS : isTaken;
  }

  /** @param lookAt the time, to ask the API server; left out, what is known is enough @throws KubeError */
  async of(deployment: Deployment, lookAt?: number): Promise<KubeObject[]> {
    const key = keyOf(deployment);
    if (lookAt !== undefined) this.#looks.set(key, { at: lookAt, found: await this.#look(deployment) });
    const labelled = this.#watched(deployment);
    const others = labelled && !isMadeFor(labelled, deployment) ? [labelled] : [];
    return [...others, ...(this.#looks.get(key)?.found ?? [])];
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

  #watched({ metadata: { namespace, name } }: Deployment): Deployment | undefined {
    return this.#options.watched(keyIn(namespace, canaryName(name)));
  }

  async #look(deployment: Deployment): Promise<KubeObject[]> {
    if (this.#watched(deployment) !== undefined) return [];
    const { namespace, name } = deployment.metadata;
    const found = await this.#options.client.find(pathOf(KINDS.deployments, namespace, canaryName(name)));
    return found !== undefined && !isMadeFor(found, deployment) ? [found] : [];
  }
}
