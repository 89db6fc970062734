import { targetName } from '../../rollout/machine/canary.ts';
import type { VirtualService } from '../../traffic/istio.ts';
import type { Entry, Span } from '../outline.ts';
import type { Sighting } from './sighting.ts';

type HttpRoute = NonNullable<VirtualService['spec']['http']>[number];

/** Where traffic goes by the route object: one line where all its HTTP routes say the same, else one each. */
export function routeEntries({ route, canary, hidden }: Sighting): Entry[] {
  if (hidden.has('virtualservices')) return [];
  const name: Span = { text: `VirtualService ${route?.metadata.name ?? targetName(canary)}` };
  if (route === undefined) return [{ cells: [name, { text: 'is not there', colour: 'red' }] }];
  const { hosts = [], gateways = [], http = [] } = route.spec;
  const texts = http.map(destinationsOf);
  const [first = 'no HTTP route'] = texts;
  const agreed = texts.every((text) => text === first);
  const details = [
    hosts.length > 0 && `hosts ${hosts.join(', ')}`,
    gateways.length > 0 && `gateways ${gateways.join(', ')}`,
  ]
    .filter((text) => text !== false)
    .map((text): Span => ({ text, colour: 'dim' }));
  const entries = agreed
    ? []
    : http.map((entry, index) => ({ cells: [{ text: `${nameOf(entry, index)}: ${texts[index]}` }] }));
  return [{ cells: [name, { text: agreed ? first : `${http.length} HTTP routes` }], details, entries }];
}

const nameOf = ({ name }: HttpRoute, index: number): string => (typeof name === 'string' ? name : `route ${index + 1}`);

function destinationsOf({ route = [] }: HttpRoute): string {
  const only = route.length === 1;
  const texts = route.map(({ destination: { host }, weight }) => `${host} ${weight ?? (only ? 100 : 0)}%`);
  return texts.join(', ') || 'no destination';
}
