import { CANARY, PREFIX } from '../../keys.ts';
import type { Deployment } from '../../kube.ts';
import { containerPortsOf } from '../../workload/ports.ts';
import type { TrafficObstacle } from '../../workload/traffic-obstacle.ts';
import type { Situation } from '../situation.ts';
import { isKnown } from '../sources.ts';

/** What the answer depends on. */
export interface TrafficSight {
  seen: Pick<Situation['seen'], 'service' | 'obstacle' | 'deployment' | 'unknown'>;
  spec: Pick<Situation['spec'], 'service'>;
}

/** Why the canary can be given no traffic as things stand; undefined if it can, or if that is not known. */
export function trafficObstacle({ seen, spec }: TrafficSight): TrafficObstacle | undefined {
  const { service, obstacle, deployment } = seen;
  if (service.is === 'unusable') return { reason: service.reason, message: service.message };
  if (!isKnown(seen, 'services', 'routes', 'rules')) return undefined;
  if (service.is === 'found' || spec.service.port !== undefined) return obstacle;
  return { reason: 'ServiceNotFound', message: unservedWords(deployment) };
}

/** A worker has no port, and none is to be invented for it: what nobody calls cannot be divided. */
function unservedWords({ metadata: { name }, spec: { template } }: Deployment): string {
  const worker = `a worker, which nobody calls, has no traffic to divide: take ${CANARY} off it`;
  if (containerPortsOf(template).length === 0)
    return `no Service leads to the pods of ${name}, and its pod template declares no port; create the Service that clients use, if there are clients; ${worker}`;
  return `no Service leads to the pods of ${name}, and its pod template does not say which of its ports serves HTTP or gRPC; create the Service that clients use, or write by ${PREFIX}port (spec.service.port) which port it is; ${worker}`;
}
