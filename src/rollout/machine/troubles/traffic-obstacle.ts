import { PREFIX } from '../../keys.ts';
import type { TrafficObstacle } from '../../workload/traffic-obstacle.ts';
import type { Situation } from '../situation.ts';

/** Why the canary can be given no traffic as things stand; undefined if it can. */
export function trafficObstacle({ seen, spec }: Pick<Situation, 'seen' | 'spec'>): TrafficObstacle | undefined {
  const { service, obstacle, deployment } = seen;
  if (service.is === 'unusable') return { reason: service.reason, message: service.message };
  if (service.is === 'found' || spec.service.port !== undefined) return obstacle;
  const { name } = deployment.metadata;
  const message = `no Service leads to the pods of ${name}, and its pod template does not say which of its ports serves HTTP or gRPC; create the Service that clients use, or write ${PREFIX}port (spec.service.port), the port of the one that is to be made`;
  return { reason: 'ServiceNotFound', message };
}
