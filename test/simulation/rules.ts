import { ROLE } from '../../src/rollout/keys.ts';
import type { DestinationRule } from '../../src/traffic/istio/reach/objects.ts';
import type { Cluster } from './cluster.ts';

/** The DestinationRules that the scheduler sees: its own always, users' as they were when it last looked for them. */
export class RulesView {
  #users: DestinationRule[] | undefined;

  see({ rules }: Cluster, fresh: boolean): DestinationRule[] {
    const isOwn = ({ metadata }: DestinationRule) => metadata.labels?.[ROLE] !== undefined;
    const all = [...rules.values()];
    if (fresh || this.#users === undefined) this.#users = all.filter((rule) => !isOwn(rule));
    return [...all.filter(isOwn), ...this.#users];
  }
}
