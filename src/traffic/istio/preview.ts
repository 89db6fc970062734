import type { Service } from '../../rollout/kube.ts';
import type { TrafficWish } from '../../rollout/machine/traffic.ts';
import type { PreviewedPort, TrafficObjects, TrafficPreview } from '../provider.ts';
import { appRoutes } from './app-routes.ts';
import { splitIn } from './obstacle.ts';
import { ownRoute } from './own-route.ts';
import { istioName, type VirtualService } from './reach/objects.ts';
import { protocolOf } from './reach/protocol.ts';
import { meshPorts } from './reach/route-ports.ts';
import { portAt, type ServicePort } from './reach/service.ts';

/** What would get a weight: the rules that lead to the stable Service, and the ports that they lead to. */
export function previewRoutes(objects: TrafficObjects, wish: TrafficWish): TrafficPreview {
  if (wish.services === undefined) return { ports: [], routes: [] };
  const { users } = appRoutes(objects, wish);
  const routes = users.length > 0 ? users : [ownRoute(wish, 0)];
  const ports = routes.flatMap((route) => portsOf(route, objects, wish));
  return {
    ports: [...new Map(ports.map((entry) => [entry.port, entry])).values()],
    routes: users.map((route) => `VirtualService ${istioName(route)}`),
  };
}

/** Where no proxy can be judged, as its Gateway is not known, any port of HTTP may be meant. */
function portsOf(route: VirtualService, objects: TrafficObjects, wish: TrafficWish): PreviewedPort[] {
  const { stable } = wish.services ?? {};
  if (stable === undefined) return [];
  const split = splitIn(route, objects, wish);
  const numbers = split?.pairs.map(({ stable: { cluster } }) => cluster?.port) ?? portsInMesh(stable);
  return numbers.flatMap((number) => previewed(number === undefined ? undefined : portAt(stable, number)));
}

function portsInMesh(stable: Service): readonly number[] {
  const found = meshPorts(stable);
  return 'ports' in found ? found.ports : [];
}

function previewed(port: ServicePort | undefined): PreviewedPort[] {
  if (port === undefined) return [];
  const protocol = protocolOf(port);
  const words = protocol === 'sniffed' ? 'whatever of it is HTTP by its first bytes' : protocol;
  return [{ port: port.port, ...(port.name !== undefined && { name: port.name }), protocol: words }];
}
