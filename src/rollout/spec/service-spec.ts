import { readRouteChoice } from './route-choice.ts';
import { MESH, shortGateway } from './schema/hosts.ts';
import type { ServiceForm } from './schema/service-schema.ts';
import type { ServiceSpec } from './spec-types.ts';

/** `service` of a complete form, normalised: what is empty says nothing. */
export function serviceOf(form: ServiceForm): ServiceSpec {
  const { name, port, portName, targetPort, routes = [], hosts = [], gateways = [], trafficPolicy, ...http } = form;
  const said = Object.entries(http).filter(([, value]) => !isEmpty(value));
  return {
    ...(name !== undefined && { name }),
    ...(port !== undefined && { port }),
    portName,
    ...(routes.length > 0 && { routes: routes.flatMap((route) => readRouteChoice(route) ?? []) }),
    ...(targetPort !== undefined && { targetPort }),
    hosts,
    gateways: gateways.filter((gateway) => gateway !== MESH).map(shortGateway),
    ...(said.length > 0 && { http: Object.fromEntries(said) }),
    ...(!isEmpty(trafficPolicy) && { trafficPolicy }),
  };
}

const isEmpty = (value: unknown): value is undefined =>
  value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
