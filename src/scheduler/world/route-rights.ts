import type { KubeClient } from '../../cluster/client.ts';
import { isForbidden } from '../../cluster/errors.ts';
import { KINDS, pathOf } from '../../cluster/kinds.ts';
import { type Coverage, isCovered } from '../../cluster/namespaces.ts';
import { RecentMap } from '../../recent-map.ts';
import type { KubeObject } from '../../rollout/kube.ts';
import type { Kind } from '../../rollout/object-change.ts';
import type { TrafficProvider, TrafficSource } from '../../traffic/provider.ts';

export interface RouteRightsOptions extends Coverage {
  client: Pick<KubeClient, 'create'>;
  provider: Pick<TrafficProvider, 'sources'>;
  clock?: () => number;
}

/** An answer is good for as long: a right that is given, or taken, is known soon. */
const KNOWN_MS = 10_000;
/** Settings name namespaces, and may be changed at will. */
const MOST_KNOWN = 1_000;

const READS = ['list', 'watch'];
const WRITES = ['get', 'patch'];

interface Answer {
  at: number;
  why: Promise<string | undefined>;
}

/**
 * Whether routes of other namespaces than a Deployment's may be changed: by the installation's own settings, and by this
 * process's rights. What is not asked beforehand is only refused with the first weight.
 */
export class RouteRights {
  readonly #options: RouteRightsOptions;
  readonly #clock: () => number;
  readonly #answers = new RecentMap<string, Answer>(MOST_KNOWN);

  constructor(options: RouteRightsOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
  }

  /** Of some namespaces those where nothing may be changed, with the reason and what to do. @throws KubeError */
  async closed(namespaces: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const reasons = await Promise.all(namespaces.map((namespace) => this.#whyNot(namespace)));
    return new Map(
      namespaces.flatMap((namespace, index) => {
        const why = reasons[index];
        return why === undefined ? [] : [[namespace, why] as const];
      }),
    );
  }

  #whyNot(namespace: string): Promise<string | undefined> {
    if (!isCovered(this.#options, namespace)) return Promise.resolve(this.#notCovered(namespace));
    const known = this.#answers.get(namespace);
    if (known !== undefined && this.#clock() - known.at < KNOWN_MS) return known.why;
    const why = this.#ask(namespace);
    this.#answers.set(namespace, { at: this.#clock(), why });
    why.catch(() => this.#answers.delete(namespace));
    return why;
  }

  #notCovered(namespace: string): string {
    const { namespaces, excludedNamespaces } = this.#options;
    return excludedNamespaces.includes(namespace)
      ? `${namespace} is excluded from this installation; name a route of another namespace`
      : `this installation is for ${namespaces.join(', ')} only; add ${namespace} to its namespaces`;
  }

  async #ask(namespace: string): Promise<string | undefined> {
    const wanted = this.#options.provider.sources
      .filter(({ others }) => others === 'namespace')
      .flatMap((source) => verbsFor(source).map((verb) => ({ kind: source.kind, verb })));
    const allowed = await Promise.all(wanted.map(({ kind, verb }) => this.#may(verb, kind, namespace)));
    const missing = wanted.filter((_, index) => !allowed[index]);
    if (missing.length === 0) return undefined;
    const rights = missing.map(({ kind, verb }) => `${verb} ${kind.plural}.${kind.group}`).join(', ');
    return `its scheduler has no right there to ${rights}; give it that`;
  }

  /** Where not even this may be asked, the writes tell. */
  async #may(verb: string, { group, plural: resource }: Kind, namespace: string): Promise<boolean> {
    // A review has no name: it is answered and not stored.
    const review: AccessReview = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: KINDS.selfsubjectaccessreviews.kind,
      metadata: { name: '' },
      spec: { resourceAttributes: { namespace, verb, group, resource } },
    };
    try {
      const { status } = await this.#options.client.create(pathOf(KINDS.selfsubjectaccessreviews), review);
      return status?.allowed === true;
    } catch (error) {
      if (isForbidden(error)) return true;
      throw error;
    }
  }
}

interface AccessReview extends KubeObject {
  status?: { allowed?: boolean };
}

const verbsFor = ({ isRoute }: TrafficSource): string[] => (isRoute ? [...READS, ...WRITES] : READS);
