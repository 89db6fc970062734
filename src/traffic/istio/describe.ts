import type { RouteDescription } from '../provider.ts';
import { type HttpRoute, specOrEmpty, VIRTUAL_SERVICES, type VirtualService } from './kinds.ts';

/** Where traffic goes by a VirtualService: one line where all its HTTP routes say the same, else one each. */
export function describeRoute(route: VirtualService | undefined, name: string): RouteDescription {
  const title = `${VIRTUAL_SERVICES.kind} ${route?.metadata.name ?? name}`;
  if (route === undefined) return { title, details: [], rules: [] };
  const { hosts = [], gateways = [], http = [] } = specOrEmpty(route);
  const texts = http.map(destinationsOf);
  const [first = 'no HTTP route'] = texts;
  const agreed = texts.every((text) => text === first);
  return {
    title,
    summary: agreed ? first : `${http.length} HTTP routes`,
    details: [
      ...(hosts.length > 0 ? [`hosts ${hosts.join(', ')}`] : []),
      ...(gateways.length > 0 ? [`gateways ${gateways.join(', ')}`] : []),
    ],
    rules: agreed ? [] : http.map((rule, index) => `${labelOf(rule, index)}: ${texts[index]}`),
  };
}

const labelOf = ({ name }: HttpRoute, index: number): string =>
  typeof name === 'string' ? name : `route ${index + 1}`;

function destinationsOf({ route = [] }: HttpRoute): string {
  const only = route.length === 1;
  const texts = route.map(({ destination: { host }, weight }) => `${host} ${weight ?? (only ? 100 : 0)}%`);
  return texts.join(', ') || 'no destination';
}
