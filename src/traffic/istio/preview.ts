import type { TrafficWish } from '../../rollout/machine/traffic.ts';
import type { PreviewedPort, TrafficObjects, TrafficPreview } from '../provider.ts';
import { appRoutes } from './app-routes.ts';
import { splitIn } from './obstacle.ts';
import { ownRoute } from './own-route.ts';
import { istioName, type VirtualService } from './reach/objects.ts';
import type { Protocol } from './reach/protocol.ts';
import { portAt } from './reach/service.ts';

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

function portsOf(route: VirtualService, objects: TrafficObjects, wish: TrafficWish): PreviewedPort[] {
  const { stable } = wish.services ?? {};
  const { pairs = [] } = splitIn(route, objects, wish) ?? {};
  return pairs.flatMap(({ stable: { cluster, protocol } }) => {
    const found = stable && cluster && portAt(stable, cluster.port);
    if (found === undefined || protocol === undefined) return [];
    return [{ port: found.port, ...(found.name !== undefined && { name: found.name }), protocol: wordFor(protocol) }];
  });
}

const wordFor = (protocol: Protocol): string =>
  protocol === 'sniffed' ? 'whatever of it is HTTP by its first bytes' : protocol;
