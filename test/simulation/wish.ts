import { type TrafficWish, trafficWish } from '../../src/rollout/machine/traffic.ts';
import type { RolloutSpec } from '../../src/rollout/spec/spec-types.ts';
import { type AppService, appServiceOf } from '../../src/rollout/workload/app-service.ts';
import { LABEL } from '../build.ts';
import type { Cluster } from './cluster.ts';

/** The Service by which the model's clients reach the app. */
export const appOf = ({ services, deployment }: Pick<Cluster, 'services' | 'deployment'>, { service }: RolloutSpec) =>
  appServiceOf({ deployment, label: LABEL, name: service.name, services: [...services.values()], neighbours: [] });

/** @param service as it was seen, where that is not as it is */
export const wishOf = (
  cluster: Pick<Cluster, 'services' | 'deployment'>,
  spec: RolloutSpec,
  service: AppService = appOf(cluster, spec),
): TrafficWish =>
  trafficWish({
    ...{ deployment: cluster.deployment, spec: spec.service, service },
    ...{ label: LABEL, clusterDomain: 'cluster.local' },
  });
