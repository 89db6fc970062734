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

  see({ spec, state, revision }: { spec: RolloutSpec; state: RolloutState | undefined; revision: string }): {
    autoscaler?: AutoscalerReading;
  } {
    const ref = autoscalerToRead(spec, state, isNewRevision(true, revision, state));
    return ref === undefined ? {} : { autoscaler: this.#read(ref) };
  }

  #read(ref: AutoscalerRef): AutoscalerReading {
    const { named, canarys, isFloorKept } = this;
    return {
      ref,
      named: named === undefined ? { is: 'absent' } : { is: 'found', autoscaler: named },
      ...(canarys && { canarys }),
      isFloorKept,
    };
  }
}
