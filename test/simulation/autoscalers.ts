import type { KubeObject } from '../../src/rollout/kube.ts';
import type { AutoscalerReading } from '../../src/rollout/machine/autoscaler.ts';
import { autoscalerToRead, isNewRevision } from '../../src/rollout/machine/observation-needs.ts';
import type { RolloutState } from '../../src/rollout/machine/state.ts';
import type { AutoscalerRef, RolloutSpec } from '../../src/rollout/spec/spec-types.ts';
import type { Autoscaler } from '../../src/rollout/workload/autoscaler/canary-autoscaler.ts';

/** What there is that scales: what a user wrote, and what has the name of the canary's. */
export class Autoscalers {
  named: Autoscaler | undefined;
  canarys: KubeObject | undefined;
  isFloorKept = true;
  /** What the API server says to that of the canary, and whether it has said it. */
  refuse: string | undefined;
  refused: string | undefined;
  /** The named one may not be read. */
  isForbidden = false;

  see({ spec, state, revision }: { spec: RolloutSpec; state: RolloutState | undefined; revision: string }): {
    autoscaler?: AutoscalerReading;
  } {
    const ref = autoscalerToRead(spec, state, isNewRevision(true, revision, state));
    return ref === undefined ? {} : { autoscaler: this.#read(ref) };
  }

  #read(ref: AutoscalerRef): AutoscalerReading {
    const { named, canarys, refused, isFloorKept, isForbidden } = this;
    const found = named === undefined ? { is: 'absent' as const } : { is: 'found' as const, autoscaler: named };
    return {
      ref,
      named: isForbidden ? { is: 'forbidden' } : found,
      ...(canarys && { canarys }),
      isFloorKept,
      ...(refused !== undefined && { refused }),
    };
  }
}
