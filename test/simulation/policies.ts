import type { PolicyReading } from '../../src/rollout/machine/observation.ts';
import { isNewRevision } from '../../src/rollout/machine/observation-needs.ts';
import type { RolloutState } from '../../src/rollout/machine/state.ts';
import type { Cluster } from './cluster.ts';

/** What users wrote for pods, as the scheduler sees it under a hold: by watches, when a new revision comes. */
export function seePolicies(
  { policies }: Cluster,
  revision: string,
  state: RolloutState | undefined,
): { policies?: PolicyReading } {
  return isNewRevision(true, revision, state) ? { policies: { found: policies, unread: [] } } : {};
}
