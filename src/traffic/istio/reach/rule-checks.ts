import { unknownHost } from './checks.ts';
import { hostConflict } from './conflict.ts';
import { meantService, resolveHost } from './host.ts';
import type { Listener } from './listener.ts';
import { type MeshObjects, namespaceOf, type VirtualService } from './objects.ts';
import { type RouteRefusal, refuseRoute } from './refusal.ts';
import { type RouteRule, routesOf } from './rules.ts';
import { portWords } from './service.ts';

/** Why a whole rule can give nothing its weight on a listener, whatever its destinations are. */
export const ruleRefusal = (
  rule: RouteRule,
  root: VirtualService,
  listener: Listener,
  objects: MeshObjects,
): RouteRefusal | undefined =>
  wrongHost(listener, root, objects) ??
  unfit(rule, listener) ??
  hostConflict(rule, root, listener, objects) ??
  delegating(rule) ??
  weightless(rule);

/** In the mesh a host that only looks like a Service is another host, which nobody calls. */
function wrongHost(
  { host, proxy, service }: Listener,
  root: VirtualService,
  objects: MeshObjects,
): RouteRefusal | undefined {
  if (proxy.class === 'gateway' || service !== undefined) return undefined;
  const isIt = (entry: string) => resolveHost(entry, namespaceOf(root), objects) === host;
  const written = root.spec.hosts?.find(isIt) ?? host;
  return meantService(written, objects) && unknownHost({ written, host }, objects);
}

/** The host is a Service, and none of its ports takes rules of this kind: Istio leaves them out without a word. */
function unfit({ kind }: RouteRule, { kinds, service, host }: Listener): RouteRefusal | undefined {
  if (service === undefined || kinds.includes(kind)) return undefined;
  const has = `${host} has ${portWords(service)}`;
  if (kind === 'http') {
    return refuseRoute(
      'NoHTTPPort',
      `HTTP rules hold only on ports of HTTP, and ${has}; name such a port http-…, or give it an appProtocol of HTTP`,
    );
  }
  const wanted = kind === 'tls' ? 'TLS or HTTPS' : 'TCP';
  return refuseRoute(
    'ProtocolMismatch',
    `rules of ${kind} hold only on ports of ${wanted}, and ${has}; write a rule of the kind that they take`,
  );
}

function delegating({ delegate, owner }: RouteRule): RouteRefusal | undefined {
  if (delegate === undefined) return undefined;
  const words = delegate.found
    ? `the rule leaves its routes to VirtualService ${delegate.key}; name that one`
    : `the rule leaves its routes to VirtualService ${delegate.key}, which does not exist without hosts, or is not exported to ${namespaceOf(owner)}; create or export it`;
  return refuseRoute('DelegateRoot', words);
}

function weightless(rule: RouteRule): RouteRefusal | undefined {
  const routes = routesOf(rule);
  if (routes.length === 0 || routes.some(({ share }) => share > 0)) return undefined;
  return refuseRoute('UnsupportedRule', 'all weights of the rule are zero; give one of its destinations a weight');
}
