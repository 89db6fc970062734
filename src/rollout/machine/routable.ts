import type { ObjectChange } from '../object-change.ts';
import { canaryService, isAsWanted } from '../workload/services.ts';
import { isMadeFor } from '../workload/taken-names.ts';
import type { Releasing, Situation } from './situation.ts';
import { isKnown } from './sources.ts';
import { ms, type Time, time } from './state.ts';
import { trafficObstacle } from './troubles/traffic-obstacle.ts';

/** Whether the stable Service is there, and can be routed to. */
export const isStableRoutable = (s: Situation): boolean =>
  s.seen.service.is === 'found' && trafficObstacle(s) === undefined;

const isCanaryServed = ({ seen: { service, canaryService: present, deployment }, label }: Situation): boolean =>
  service.is === 'found' &&
  present !== undefined &&
  (!isMadeFor(present, deployment) || isAsWanted(present, canaryService(deployment, service.service, label)));

/** A mark on an object of another namespace is taken away, and holds nothing up: whoever may write there could set it again and again. */
export const isElsewhere = ({ deployment }: Situation['seen'], { object }: ObjectChange): boolean =>
  object.metadata.namespace !== deployment.metadata.namespace;

/** Whether all is there that a weight for the canary names, and as it should be; whether any pod is there is another question. */
export const isRoutable = (s: Situation): boolean =>
  isStableRoutable(s) && isCanaryServed(s) && s.seen.prerequisites.every((change) => isElsewhere(s.seen, change));

/** Since when it has been so, as far as this release knows; while it cannot be read it is as it was. */
export function routableSince(s: Releasing): Time | undefined {
  const { routableSince: before } = s.state.release;
  if (!isKnown(s.seen, 'services', 'routes', 'rules')) return before;
  return isRoutable(s) ? (before ?? time(s.now)) : undefined;
}

/** The same for a release that begins now: what was made for one before it is known to the mesh since then. */
export function routableBefore(s: Situation): Time | undefined {
  const created = s.seen.canaryService?.metadata.creationTimestamp;
  if (created === undefined || !isRoutable(s)) return undefined;
  const { routableSince: since } = s.state.release ?? {};
  return since !== undefined && ms(since) > ms(created) ? since : time(ms(created));
}

/** When every proxy knows what a weight names, milliseconds since the epoch; undefined while there is something to make. */
export function meshKnowsCanaryAt({ state: { release }, settleMs }: Situation): number | undefined {
  return release?.routableSince === undefined ? undefined : ms(release.routableSince) + settleMs;
}

/**
 * A control plane sends a new Service and the route that names it in one go, and a proxy may take up the route first: it answers
 * 503 then, without a pod (Envoy's flag NC).
 */
export const meshKnowsCanary = (s: Situation): boolean => s.now >= (meshKnowsCanaryAt(s) ?? Number.POSITIVE_INFINITY);
