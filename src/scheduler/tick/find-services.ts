import { type Deployment, keyOf, type Service } from '../../rollout/kube.ts';
import type { Observation } from '../../rollout/machine/observation.ts';
import type { RolloutState } from '../../rollout/machine/state.ts';
import { canaryServiceAmong, serviceHosts } from '../../rollout/machine/traffic.ts';
import type { RolloutSpec } from '../../rollout/spec/spec-types.ts';
import { appServiceOf, type ServiceSearch } from '../../rollout/workload/app-service.ts';
import type { World } from '../world/world.ts';
import type { ObservationReads } from './source-reads.ts';

export interface FoundServices extends Pick<Observation, 'service' | 'canaryService'> {
  /** What has the name of the canary's, and is another. */
  named: readonly Service[];
}

interface Wanted {
  key: string;
  spec: RolloutSpec;
  state: RolloutState | undefined;
  /** The selector label that gets the canary's suffix. */
  label: string;
  deployment: Deployment;
  reading: ObservationReads;
}

type Around = Pick<World, 'servicesAround' | 'neighbours'>;

/** Which Service clients use, the canary's, and what has that one's name and is none. */
export async function findServices(world: Around, wanted: Wanted): Promise<FoundServices> {
  const { key, spec, label, state, deployment, reading } = wanted;
  const { name } = spec.service;
  const answer = await reading.read({ source: 'services' }, async () => {
    const services = await world.servicesAround(key);
    return { services, service: await serviceOf(world, deployment, { label, name, services }) };
  });
  const remembered = state?.release?.service ?? name;
  await reading.read({ source: 'routes', about: 'Service' }, async () => {
    if (!answer.known && remembered === undefined) throw new Error('the Service that they lead to is not known');
  });
  if (!answer.known) return { service: { is: 'unknown', ...(remembered && { name: remembered }) }, named: [] };
  const { services, service } = answer.value;
  const { canary: host } = serviceHosts(deployment, spec.service, service);
  return { service, ...canaryServiceAmong(deployment, { services, host, label }) };
}

type Search = Pick<ServiceSearch, 'label' | 'name' | 'services'>;

/** Other Deployments are only looked at where the Service has another name: it may be theirs too. */
async function serviceOf({ neighbours }: Around, deployment: Deployment, search: Search) {
  const found = appServiceOf({ deployment, neighbours: [], ...search });
  const isNamed = search.name !== undefined || found.is !== 'found';
  if (isNamed || found.service.metadata.name === deployment.metadata.name) return found;
  return appServiceOf({ deployment, neighbours: await neighbours.labelsOf(keyOf(deployment)), ...search });
}
