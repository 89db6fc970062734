import type { TrafficReading, TrafficWish } from '../rollout/machine/traffic.ts';
import type { ServiceSpec } from '../rollout/spec/spec-types.ts';
import { isSame } from '../rollout/workload/template.ts';
import type { TrafficObjects, TrafficProvider } from './provider.ts';

interface Known {
  objects: TrafficObjects;
  wish: Omit<TrafficWish, 'deployment'>;
  owner: Owner;
  reading: TrafficReading;
}

/** What a reading may follow from of the Deployment. */
type Owner = Pick<TrafficWish['deployment']['metadata'], 'name' | 'namespace' | 'uid'>;

const ownerOf = ({ deployment: { metadata } }: TrafficWish): Owner => {
  const { name, namespace, uid } = metadata;
  return { name, ...(namespace !== undefined && { namespace }), ...(uid !== undefined && { uid }) };
};

/**
 * The provider, which reads the traffic of a Deployment once for as long as it says the same: most looks are for what pods do, and to
 * prove that a weight would arrive is the dearest part of one. What it gives is shared: nobody changes it.
 */
export function rememberedReads(provider: TrafficProvider): TrafficProvider {
  // Settings are one object for as long as they stay, and each Deployment has its own.
  const last = new WeakMap<ServiceSpec, Known>();
  return {
    ...provider,
    read(objects, wish) {
      const known = last.get(wish.service);
      if (known !== undefined && areSame(known.objects, objects) && isSameWish(known, wish)) return known.reading;
      const reading = provider.read(objects, wish);
      const { deployment: _deployment, ...rest } = wish;
      last.set(wish.service, { objects, wish: rest, owner: ownerOf(wish), reading });
      return reading;
    },
  };
}

/** What was read from the API server is never changed: another state is another object. */
const areSame = (a: TrafficObjects, b: TrafficObjects): boolean =>
  a.length === b.length && a.every((object, index) => object === b[index]);

function isSameWish({ wish: before, owner }: Known, wish: TrafficWish): boolean {
  const { hosts, services, clusterDomain, closed } = wish;
  return (
    before.clusterDomain === clusterDomain &&
    isSame(before.hosts, hosts) &&
    isSame(before.services, services) &&
    isSame([...(before.closed ?? [])], [...(closed ?? [])]) &&
    isSame(owner, ownerOf(wish))
  );
}
