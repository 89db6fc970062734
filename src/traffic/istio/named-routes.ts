import type { TrafficWish } from '../../rollout/machine/traffic.ts';
import { type RouteChoice, routeChoiceText } from '../../rollout/spec/route-choice.ts';
import type { TrafficObstacle } from '../../rollout/workload/traffic-obstacle.ts';
import type { TrafficObjects } from '../provider.ts';
import { fullHostsOf, leadsTo } from './app-routes.ts';
import { virtualServicesOf } from './kinds.ts';
import { fullHost } from './reach/host.ts';
import { type HttpEntry, istioName, namespaceOf, type VirtualService } from './reach/objects.ts';

/** Why a route that the settings name cannot have weights; undefined where each of them is there and leads to the Service. */
export function namedObstacle(objects: TrafficObjects, wish: TrafficWish): TrafficObstacle | undefined {
  for (const choice of wish.service.routes ?? []) {
    const found = closedObstacle(choice, wish) ?? choiceObstacle(choice, objects, wish);
    if (found !== undefined) return found;
  }
  return undefined;
}

const SETTING = 'headgate.dev/routes (spec.service.routes)';

/** What is not seen of a namespace where nothing may be changed says nothing: that comes first. */
function closedObstacle(choice: RouteChoice, { closed }: TrafficWish): TrafficObstacle | undefined {
  const why = choice.namespace === undefined ? undefined : closed?.get(choice.namespace);
  if (why === undefined) return undefined;
  const message = `${SETTING} names ${routeChoiceText(choice)}, and Headgate may not change VirtualServices there: ${why}; or take it out of the setting`;
  return { reason: 'RouteForbidden', message };
}

function choiceObstacle(choice: RouteChoice, objects: TrafficObjects, wish: TrafficWish): TrafficObstacle | undefined {
  const { namespace = namespaceOf(wish.deployment), name } = choice;
  const found = virtualServicesOf(objects).find((route) => istioName(route) === `${namespace}/${name}`);
  if (found === undefined) return notThere(choice, namespace);
  const alone = { ...wish, service: { ...wish.service, routes: [choice] } };
  if (leadsTo(found, alone)) return undefined;
  const rules = (found.spec.http ?? []).filter((rule) => choice.rule === undefined || rule.name === choice.rule);
  return leftToDelegate(found, rules) ?? meantOtherwise(found, rules, wish) ?? leadsElsewhere(found, choice, wish);
}

function notThere(choice: RouteChoice, namespace: string): TrafficObstacle {
  const { name, rule } = choice;
  const perhaps =
    choice.namespace === undefined && rule !== undefined
      ? `; VirtualService ${rule} of the namespace ${name} is written ${name}/${rule}/*`
      : '';
  const message = `${SETTING} names ${routeChoiceText(choice)}, and there is no VirtualService ${name} in ${namespace}; create it, or write another name${perhaps}`;
  return { reason: 'RouteNotFound', message };
}

function leftToDelegate(route: VirtualService, rules: readonly HttpEntry[]): TrafficObstacle | undefined {
  const { delegate } = rules.find((rule) => rule.delegate !== undefined) ?? {};
  if (delegate === undefined) return undefined;
  const key = `${delegate.namespace ?? namespaceOf(route)}/${delegate.name}`;
  const message = `VirtualService ${istioName(route)} leaves its routes to VirtualService ${key}; name that one in ${SETTING}`;
  return { reason: 'DelegateRoot', message };
}

/** A short name, or half of one, that the Deployment's namespace would make the Service. */
function meantOtherwise(
  route: VirtualService,
  rules: readonly HttpEntry[],
  wish: TrafficWish,
): TrafficObstacle | undefined {
  const { stable } = wish.hosts;
  const own = namespaceOf(wish.deployment);
  const near = new Set([stable, `${stable}.${own}`, `${stable}.${own}.svc`]);
  const written = rules.flatMap((rule) => rule.route ?? []).find(({ destination }) => near.has(destination.host));
  if (written === undefined) return undefined;
  const { host } = written.destination;
  const means = host.includes('.') ? 'is no Service' : `is ${fullHost(host, namespaceOf(route), wish)}`;
  const message = `VirtualService ${istioName(route)} leads to ${host}, which to Istio ${means}; write ${fullHostsOf(wish).stable}`;
  return { reason: 'HostNotQualified', message };
}

function leadsElsewhere(route: VirtualService, { rule }: RouteChoice, wish: TrafficWish): TrafficObstacle {
  const what = rule === undefined ? 'HTTP route' : `HTTP route ${rule}`;
  const message = `VirtualService ${istioName(route)} has no ${what} to ${fullHostsOf(wish).stable}; add one, or take it out of ${SETTING}`;
  return { reason: 'RouteNotFound', message };
}
