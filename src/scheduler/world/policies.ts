import type { Store } from '../../cluster/store.ts';
import { ROLE } from '../../rollout/keys.ts';
import { type Deployment, type KubeObject, keyOf } from '../../rollout/kube.ts';
import type { PolicyReading } from '../../rollout/machine/observation.ts';
import type { Kind } from '../../rollout/object-change.ts';
import { picked } from '../../rollout/picked.ts';
import { POLICY_KINDS, type Policy, type PolicyKind, policiesOf } from '../../rollout/workload/policies.ts';
import type { TrafficProvider } from '../../traffic/provider.ts';
import { keptNames } from './kept-status.ts';
import type { Watch } from './watch.ts';

/** Of an object its policies: all that is kept of it. */
interface PolicyObject extends KubeObject {
  policies?: readonly Policy[];
}

export interface PoliciesOptions {
  provider: Pick<TrafficProvider, 'policies'>;
  /** Opens a watch and gives its store. */
  watch: (wanted: Watch<PolicyObject>) => Store<PolicyObject>;
  /** @param key of a Deployment, in whose namespace what is watched of a kind is to be up to date */
  expectCurrent: (key: string, kind: Kind) => Promise<void>;
}

/** Kinds that are not installed, or may not be read, are asked for seldom. */
const MOST_PAUSE_MS = 120_000;

/** What users wrote for pods: one watch a kind, whatever the number of releases, and of each object its selectors alone. */
export class Policies {
  readonly #expectCurrent: PoliciesOptions['expectCurrent'];
  readonly #kinds: readonly { kind: Kind; store: Store<PolicyObject> }[];

  constructor({ provider, watch, expectCurrent }: PoliciesOptions) {
    this.#expectCurrent = expectCurrent;
    this.#kinds = [...POLICY_KINDS, ...(provider.policies ?? [])].map((policyKind) => ({
      kind: policyKind.kind,
      store: watch({
        kind: policyKind.kind,
        optional: true,
        mayBeForbidden: true,
        timing: { backoff: { maxMs: MOST_PAUSE_MS } },
        labelSelector: `!${ROLE}`,
        keep: (object) => kept(policyKind, object),
        index: { namespace: ({ metadata }) => [metadata.namespace ?? ''] },
        toKeys: () => [],
      }),
    }));
  }

  /** Those in the namespace of a Deployment. */
  async of(deployment: Deployment): Promise<PolicyReading> {
    const { namespace = '' } = deployment.metadata;
    const key = keyOf(deployment);
    const isRead = await Promise.all(this.#kinds.map(({ kind }) => succeeds(this.#expectCurrent(key, kind))));
    const read = this.#kinds.filter((_, index) => isRead[index]);
    const unread = this.#kinds.filter((_, index) => !isRead[index]);
    const objects = read.flatMap(({ store }) => store.by('namespace', namespace));
    return { found: objects.flatMap(({ policies = [] }) => policies), unread: unread.map(({ kind }) => kind.kind) };
  }
}

const kept = (policyKind: PolicyKind, object: PolicyObject): PolicyObject => ({
  ...picked(object, ['apiVersion', 'kind']),
  metadata: keptNames(object.metadata),
  policies: policiesOf(policyKind, object),
});

const succeeds = (promise: Promise<unknown>): Promise<boolean> =>
  promise.then(
    () => true,
    () => false,
  );
