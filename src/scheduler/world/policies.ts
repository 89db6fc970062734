import { pathOf } from '../../cluster/kinds.ts';
import { ROLE } from '../../rollout/keys.ts';
import { type Deployment, keyOf } from '../../rollout/kube.ts';
import type { PolicyReading } from '../../rollout/machine/observation.ts';
import { POLICY_KINDS, type PolicyKind, policiesOf } from '../../rollout/workload/policies.ts';
import type { TrafficProvider } from '../../traffic/provider.ts';
import { type OptionalListOptions, optionalList } from './optional-list.ts';

export interface PoliciesOptions extends OptionalListOptions {
  provider: Pick<TrafficProvider, 'policies'>;
}

/** What users wrote for pods in a Deployment's namespace: one list a kind, once for each new revision. */
export class Policies {
  readonly #options: PoliciesOptions;
  readonly #kinds: readonly PolicyKind[];
  readonly #readings = new Map<string, { revision: string; reading: Promise<PolicyReading> }>();

  constructor(options: PoliciesOptions) {
    this.#options = options;
    this.#kinds = [...POLICY_KINDS, ...(options.provider.policies ?? [])];
  }

  /** As they were when the revision was first seen. */
  of(deployment: Deployment, revision: string): Promise<PolicyReading> {
    const key = keyOf(deployment);
    const known = this.#readings.get(key);
    if (known?.revision === revision) return known.reading;
    const reading = this.#read(deployment.metadata.namespace);
    this.#readings.set(key, { revision, reading });
    return reading;
  }

  /** @param key of the Deployment */
  forget(key: string): void {
    this.#readings.delete(key);
  }

  async #read(namespace: string | undefined): Promise<PolicyReading> {
    const lists = await Promise.all(
      this.#kinds.map(({ kind }) => optionalList(this.#options, pathOf(kind, namespace))),
    );
    const found = lists.flatMap((objects = [], index) => {
      const users = objects.filter(({ metadata }) => metadata.labels?.[ROLE] === undefined);
      return users.flatMap((object) => policiesOf(this.#kinds[index] as PolicyKind, object));
    });
    const unread = this.#kinds.filter((_, index) => lists[index] === undefined).map(({ kind }) => kind.kind);
    return { found, unread };
  }
}
