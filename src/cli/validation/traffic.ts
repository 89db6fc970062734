import type { Deployment, Service } from '../../rollout/kube.ts';
import { canaryServiceAmong, serviceHosts, trafficWish } from '../../rollout/machine/traffic.ts';
import { trafficObstacle } from '../../rollout/machine/troubles/traffic-obstacle.ts';
import type { Problem, RolloutSpec } from '../../rollout/spec/spec-types.ts';
import { type AppService, appServiceOf } from '../../rollout/workload/app-service.ts';
import { takenBy } from '../../rollout/workload/taken-names.ts';
import type { TrafficObstacle } from '../../rollout/workload/traffic-obstacle.ts';
import type { TrafficObjects, TrafficProvider } from '../../traffic/provider.ts';
import type { SourceObject } from '../documents.ts';
import { neighboursOf, withReferences } from './neighbours.ts';
import { nameTakenProblem } from './taken-names.ts';
import { foundWords, madeWords } from './taken-words.ts';

/** By which settings a Deployment would be released. */
export interface Plan {
  spec: RolloutSpec;
  /** The selector label that gets the canary's suffix. */
  label: string;
}

export interface Surroundings {
  objects: readonly SourceObject[];
  provider: TrafficProvider;
}

/** What a release would say of the traffic, as far as the files tell. */
export interface TrafficJudgement {
  problems: Problem[];
  doubts: Problem[];
  /** Which Service, port and label it takes, for a person. */
  takes?: string;
}

/** As installations have it that were not told another. */
const clusterDomain = 'cluster.local';

/**
 * Judged by what the scheduler judges by. What the files do not have may be in the cluster: without the Service, no port and no
 * route is judged.
 */
export function judgeTraffic(deployment: Deployment, plan: Plan, around: Surroundings): TrafficJudgement {
  const neighbours = neighboursOf(deployment, plan.spec, around);
  const { services, others } = neighbours;
  const { spec, label } = plan;
  const { name } = spec.service;
  if (name !== undefined && !services.some(({ metadata }) => metadata.name === name)) return elsewhere(name);
  const service = appServiceOf({ deployment, label, name, services, neighbours: others });
  const { canary: host } = serviceHosts(deployment, spec.service, service);
  const { named, ...canarys } = canaryServiceAmong(deployment, { services, host, label });
  const judgement =
    service.is === 'found'
      ? withService(deployment, plan, { ...around, ...canarys, service, routes: neighbours.routes })
      : withoutService(deployment, plan, service);
  const taken = named.map((object) => nameTakenProblem(object, deployment, around.objects));
  return { ...judgement, problems: [...taken, ...judgement.problems] };
}

function elsewhere(name: string): TrafficJudgement {
  const message = `${name} is not among the files, so its ports and routes were not judged; give its file too`;
  return { problems: [], doubts: [{ key: 'Service', message }] };
}

function withoutService(
  deployment: Deployment,
  plan: Plan,
  service: Exclude<AppService, { is: 'found' }>,
): TrafficJudgement {
  const obstacle = trafficObstacle({ seen: { service, deployment }, spec: plan.spec });
  if (obstacle === undefined) return { problems: [], doubts: [], takes: madeWords(deployment, plan) };
  const { reason: key, message } = obstacle;
  return service.is === 'absent'
    ? { problems: [], doubts: [inCluster(obstacle)] }
    : { problems: [{ key, message }], doubts: [] };
}

/** What the files do not have may be in the cluster. */
const inCluster = ({ reason: key, message }: TrafficObstacle): Problem => ({
  key,
  message: `as far as these files say, ${message}`,
});

interface WithService extends Surroundings {
  service: AppService & { is: 'found' };
  canaryService?: Service;
  routes: TrafficObjects;
}

function withService(deployment: Deployment, plan: Plan, found: WithService): TrafficJudgement {
  const { provider, objects, routes, ...services } = found;
  const { spec, label } = plan;
  const wish = trafficWish({ deployment, spec: spec.service, label, clusterDomain, ...services });
  const all = withReferences(routes, wish, { objects, provider });
  const { obstacle, prerequisites } = provider.read(all, wish);
  const { service } = services.service;
  const taken = takenBy(prerequisites, all).map((object) => nameTakenProblem(object, deployment, objects));
  if (obstacle?.reason === 'RouteNotFound') return { problems: taken, doubts: [inCluster(obstacle)] };
  return {
    problems: [...taken, ...(obstacle ? [{ key: obstacle.reason, message: obstacle.message }] : [])],
    doubts: [],
    takes: foundWords(deployment, plan, { service, preview: provider.preview(all, wish), objects }),
  };
}
