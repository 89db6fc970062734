import type { Store } from '../../cluster/store.ts';
import { type Deployment, keyIn, keyOf } from '../../rollout/kube.ts';
import { type Canary, isNotEnrolled, targetOf } from '../../rollout/machine/canary.ts';
import type { TrafficProvider } from '../../traffic/provider.ts';
import type { Records } from '../world/records.ts';
import type { TrafficView } from '../world/traffic.ts';
import { type Claimant, type TakenHost, takenHosts } from './host-claims.ts';
import { type ReleasePlan, readPlan } from './plan.ts';

/** What the watches have. */
interface Known {
  /** With the index `host` of hosts in annotations. */
  enrolled: Pick<Store<Deployment>, 'get' | 'by'>;
  records: Pick<Records, 'get' | 'claiming'>;
  traffic: Pick<TrafficView, 'labelled'>;
}
type Judge = Pick<TrafficProvider, 'overlap' | 'servedSince'>;

/** The Deployments that claim hosts, as the watches have them. */
export class Claimants {
  readonly #world: Known;
  readonly #provider: Judge;

  constructor(world: Known, provider: Judge) {
    this.#world = world;
    this.#provider = provider;
  }

  /** What others have of the hosts in a Deployment's plan. */
  taken(deployment: Deployment, plan: ReleasePlan): TakenHost[] {
    if (plan.spec.service.hosts.length === 0) return [];
    const own = this.#claimant(deployment, plan);
    return takenHosts(
      own,
      (host) => this.#others(host, own.key),
      (a, b) => this.#provider.overlap(a, b),
    );
  }

  /** A Deployment claims its hosts while it is enrolled, also while its record is gone; one that was refused claims none. */
  #others(host: string, own: string): Claimant[] {
    const { enrolled, records } = this.#world;
    const keys = new Set([...enrolled.by('host', host).map(keyOf), ...records.claiming(host).map(targetOf)]);
    return [...keys].flatMap((key) => {
      const deployment = key === own ? undefined : enrolled.get(key);
      if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) return [];
      const reading = readPlan(deployment, (name) => this.#recordOf(deployment, name));
      if (reading.kind !== 'planned' || !reading.plan.spec.service.hosts.includes(host)) return [];
      const claimant = this.#claimant(deployment, reading.plan);
      return isNotEnrolled(claimant.record) ? [] : [claimant];
    });
  }

  #claimant(deployment: Deployment, { record, spec: { service } }: ReleasePlan): Claimant {
    const key = keyOf(deployment);
    return {
      key,
      canary: keyIn(deployment.metadata.namespace, record),
      claim: { service, namespace: deployment.metadata.namespace ?? 'default' },
      record: this.#recordOf(deployment, record),
      servedSince: (host) => this.#provider.servedSince(this.#world.traffic.labelled(key), deployment, host),
    };
  }

  #recordOf({ metadata }: Deployment, name: string): Canary | undefined {
    return this.#world.records.get(keyIn(metadata.namespace, name));
  }
}
