import { type TrafficWish, trafficWish } from '../../src/rollout/machine/traffic.ts';
import type { RolloutSpec } from '../../src/rollout/spec/spec-types.ts';
import { appServiceOf } from '../../src/rollout/workload/app-service.ts';
import { LABEL } from '../build.ts';
import type { Cluster } from './cluster.ts';

/** The Service by which the model's clients reach the app. */
export const appOf = ({ services, deployment }: Pick<Cluster, 'services' | 'deployment'>, { service }: RolloutSpec) =>
  appServiceOf({ deployment, label: LABEL, name: service.name, services: [...services.values()], neighbours: [] });

export const wishOf = (cluster: Pick<Cluster, 'services' | 'deployment'>, spec: RolloutSpec): TrafficWish =>
  trafficWish({
    ...{ deployment: cluster.deployment, spec: spec.service, service: appOf(cluster, spec) },
    ...{ label: LABEL, clusterDomain: 'cluster.local' },
  });
