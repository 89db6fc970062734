import type { KubeClient } from '../../cluster/client.ts';
import { isNotFound } from '../../cluster/errors.ts';
import { KINDS, pathOf } from '../../cluster/kinds.ts';
import type { Store } from '../../cluster/store.ts';
import { type Deployment, type DestinationRule, keyIn, keyOf } from '../../rollout/kube.ts';
import type { HostRules, Observation } from '../../rollout/machine/observation.ts';
import { canaryName } from '../../rollout/names.ts';
import { usersRules } from '../../traffic/destination-rules.ts';
import type { AsAsked } from './as-asked.ts';

interface RulesOptions {
  client: Pick<KubeClient, 'listAll'>;
  /** Headgate's own, from their watch. */
  store: Store<DestinationRule>;
  asAsked: AsAsked;
}

/** The DestinationRules for the hosts of Deployments. Those of users are not watched: they are read once, and when asked to. */
export class Rules {
  readonly #options: RulesOptions;
  readonly #users = new Map<string, HostRules>();

  constructor(options: RulesOptions) {
    this.#options = options;
  }

  async of(deployment: Deployment, fresh: boolean): Promise<Observation['rules']> {
    const users = await this.#usersOf(deployment, fresh);
    const { metadata } = deployment;
    const stable = this.#own(deployment, metadata.name);
    const canary = this.#own(deployment, canaryName(metadata.name));
    return { users, own: { ...(stable && { stable }), ...(canary && { canary }) } };
  }

  forget(key: string): void {
    this.#users.delete(key);
  }

  #own({ metadata }: Deployment, name: string): DestinationRule | undefined {
    const found = this.#options.store.get(keyIn(metadata.namespace, name));
    return found && this.#options.asAsked.of(found);
  }

  async #usersOf(deployment: Deployment, fresh: boolean): Promise<HostRules> {
    const key = keyOf(deployment);
    const known = fresh ? undefined : this.#users.get(key);
    if (known !== undefined) return known;
    const found = usersRules(await this.#list(deployment.metadata.namespace), deployment);
    this.#users.set(key, found);
    return found;
  }

  /** Where the kind is not installed there are none. */
  async #list(namespace: string | undefined): Promise<DestinationRule[]> {
    try {
      const { client } = this.#options;
      return (await client.listAll<DestinationRule>(pathOf(KINDS.destinationrules, namespace))).items;
    } catch (error) {
      if (isNotFound(error)) return [];
      throw error;
    }
  }
}
