import type { KubeClient } from '../../cluster/client.ts';
import { KINDS } from '../../cluster/kinds.ts';
import type { Store } from '../../cluster/store.ts';
import { ROLE } from '../../rollout/keys.ts';
import { type Deployment, type KubeObject, keyIn, keyOf, type Pod } from '../../rollout/kube.ts';
import { canaryName } from '../../rollout/names.ts';
import type { Kind } from '../../rollout/object-change.ts';
import { pinnedNames } from '../../rollout/pins/unpinned.ts';
import type { DisruptionBudget } from '../../rollout/workload/disruption-budget.ts';
import { listPods } from './list-pods.ts';
import { stemKey } from './target-keys.ts';

interface BudgetWatch {
  kind: Kind;
  labelSelector: string;
  toKeys: (object: DisruptionBudget) => readonly string[];
}

export interface CanaryPodsOptions {
  client: Pick<KubeClient, 'listAll'>;
  /** Opens a watch and gives its store. */
  watch: (wanted: BudgetWatch) => Store<DisruptionBudget>;
  canaries: Store<Deployment>;
}

const NONE: ReadonlySet<string> = new Set();

/** The pods of canaries, read when asked for, what is known of them from then on, and the disruption budgets that keep them, which are watched. */
export class CanaryPods {
  readonly #options: CanaryPodsOptions;
  readonly #budgets: Store<DisruptionBudget>;
  /** By canary, the pods that were as its template says when they were read, by name. */
  readonly #pinned = new Map<string, ReadonlySet<string>>();

  constructor(options: CanaryPodsOptions) {
    this.#options = options;
    const labelSelector = `${ROLE}=disruption-budget`;
    this.#budgets = options.watch({ kind: KINDS.poddisruptionbudgets, labelSelector, toKeys: stemKey });
    options.canaries.onChange(({ type, key }) => {
      if (type === 'deleted') this.#pinned.delete(key);
    });
  }

  /**
   * Of a canary Deployment; undefined where they may not be read.
   * @throws what else keeps them from being known
   */
  async of(canary: Deployment): Promise<Pod[] | undefined> {
    const pods = await listPods(this.#options.client, canary);
    const key = keyOf(canary);
    // It may be gone by now.
    if (pods && this.#options.canaries.get(key)) this.#pinned.set(key, pinnedNames(pods, canary.spec.template));
    return pods;
  }

  /** Names of a canary's pods that refer to what its template says, as far as this process has read them. */
  pinned(canary: Deployment): ReadonlySet<string> {
    return this.#pinned.get(keyOf(canary)) ?? NONE;
  }

  /** Of a Deployment's canary. */
  budgetFor({ metadata }: Deployment): DisruptionBudget | undefined {
    return this.#budgets.get(keyIn(metadata.namespace, canaryName(metadata.name)));
  }

  /** Takes a budget as it is now, whoever made it. */
  put(budget: KubeObject): void {
    this.#budgets.put(budget as DisruptionBudget, 'write');
  }

  /** Takes a deletion that was accepted. */
  remove(budget: KubeObject): void {
    this.#budgets.remove(keyOf(budget), budget.metadata.resourceVersion ?? '');
  }
}
