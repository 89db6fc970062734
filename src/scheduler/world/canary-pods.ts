import type { KubeClient } from '../../cluster/client.ts';
import { KINDS, pathOf } from '../../cluster/kinds.ts';
import type { Store } from '../../cluster/store.ts';
import { ROLE } from '../../rollout/keys.ts';
import { type Deployment, type KubeObject, keyIn, keyOf, type Pod } from '../../rollout/kube.ts';
import { canaryName } from '../../rollout/names.ts';
import type { Kind } from '../../rollout/object-change.ts';
import type { DisruptionBudget } from '../../rollout/workload/disruption-budget.ts';
import { selectorOf } from '../../rollout/workload/selector-text.ts';
import { optionalList } from './optional-list.ts';
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
  onError?: ((error: unknown) => void) | undefined;
}

/** The pods of canaries, read when asked for, and the disruption budgets that keep them, which are watched. */
export class CanaryPods {
  readonly #options: CanaryPodsOptions;
  readonly #budgets: Store<DisruptionBudget>;

  constructor(options: CanaryPodsOptions) {
    this.#options = options;
    const labelSelector = `${ROLE}=disruption-budget`;
    this.#budgets = options.watch({ kind: KINDS.poddisruptionbudgets, labelSelector, toKeys: stemKey });
  }

  /** Of a canary Deployment; undefined where they cannot be read. */
  of(canary: Deployment): Promise<Pod[] | undefined> {
    return optionalList(this.#options, pathOf(KINDS.pods, canary.metadata.namespace), selectorOf([canary]));
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
