import { ROLE } from '../../src/rollout/keys.ts';
import type { HostRules, Observation } from '../../src/rollout/machine/observation.ts';
import { canaryName } from '../../src/rollout/names.ts';
import { usersRules } from '../../src/traffic/destination-rules.ts';
import type { Cluster } from './cluster.ts';

/** The DestinationRules that the scheduler sees: its own always, users' as they were when it last looked for them. */
export class RulesView {
  #users: HostRules | undefined;

  see({ rules, deployment }: Cluster, fresh: boolean): Observation['rules'] {
    const own = (name: string) => [rules.get(name)].find((rule) => rule?.metadata.labels?.[ROLE] !== undefined);
    const stable = own(deployment.metadata.name);
    const canary = own(canaryName(deployment.metadata.name));
    if (fresh || this.#users === undefined) this.#users = usersRules([...rules.values()], deployment);
    return { own: { ...(stable && { stable }), ...(canary && { canary }) }, users: this.#users };
  }
}
