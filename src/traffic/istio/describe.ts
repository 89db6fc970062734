import type { KubeObject } from '../../rollout/kube.ts';
import type { RouteDescription } from '../provider.ts';
import { VIRTUAL_SERVICES } from './kinds.ts';
import { type HttpEntry, istioName, namespaceOf, type VirtualService } from './reach/objects.ts';

/** Where traffic goes by a VirtualService: one line where all its HTTP routes say the same, else one each. */
export function describeRoute(route: VirtualService | undefined, deployment: KubeObject): RouteDescription {
  const isElsewhere = route !== undefined && namespaceOf(route) !== namespaceOf(deployment);
  const name = isElsewhere ? istioName(route) : (route ?? deployment).metadata.name;
  const title = `${VIRTUAL_SERVICES.kind} ${name}`;
  if (route === undefined) return { title, details: [], rules: [] };
  const { hosts = [], gateways = [], http = [] } = route.spec;
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

const labelOf = ({ name }: HttpEntry, index: number): string =>
  typeof name === 'string' ? name : `route ${index + 1}`;

function destinationsOf({ route = [] }: HttpEntry): string {
  const only = route.length === 1;
  const texts = route.map(({ destination: { host }, weight }) => `${host} ${weight ?? (only ? 100 : 0)}%`);
  return texts.join(', ') || 'no destination';
}
