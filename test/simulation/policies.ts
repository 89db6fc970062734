import type { PolicyReading } from '../../src/rollout/machine/observation.ts';
import { isNewRevision } from '../../src/rollout/machine/observation-needs.ts';
import type { RolloutState } from '../../src/rollout/machine/state.ts';
import { POLICY_KINDS } from '../../src/rollout/workload/policies.ts';
import { ISTIO_POLICIES } from '../../src/traffic/istio/policies.ts';
import type { Cluster } from './cluster.ts';

const LISTS = POLICY_KINDS.length + ISTIO_POLICIES.length;

/** What users wrote for pods, as the scheduler sees it: one list a kind, once for each new revision. */
export class PoliciesView {
  #revision: string | undefined;

  /** @param count is told how many requests it took */
  see({ policies }: Cluster, revision: string, state: RolloutState | undefined, count: (reads: number) => void) {
    const isNeeded = isNewRevision(true, revision, state);
    if (isNeeded && this.#revision !== revision) count(LISTS);
    this.#revision = isNeeded ? revision : undefined;
    const reading: PolicyReading = { found: policies, unread: [] };
    return isNeeded ? { policies: reading } : {};
  }
}
