/**
 * A kind of Envoy that sends requests on: the sidecars of a namespace, what serves one Gateway, or a waypoint. `namespace` is
 * where its pods are, which decides what it sees.
 */
export type ClientProxy =
  | { class: 'sidecar'; namespace: string }
  | {
      class: 'gateway';
      namespace: string;
      /** The Gateway as `namespace/name`. */
      gateway: string;
    }
  | {
      class: 'waypoint';
      namespace: string;
      /** The full names of the Services that it stands before. */
      hosts: readonly string[];
    };

const MESH = 'mesh';

/** What the fields `gateways` call this proxy. */
export const gatewayName = (proxy: ClientProxy): string => (proxy.class === 'gateway' ? proxy.gateway : MESH);

/** An entry of such a field: a name alone is a Gateway beside the object that says it. */
export function resolveGateway(name: string, namespace: string): string {
  if (name === MESH) return name;
  return name.includes('/') ? name.replace(/^\.\//, `${namespace}/`) : `${namespace}/${name}`;
}

export const isBound = (gateways: readonly string[] = [MESH], namespace: string, proxy: ClientProxy): boolean =>
  gateways.some((name) => resolveGateway(name, namespace) === gatewayName(proxy));

/** A proxy for a person: `sidecars of prod`. */
export function proxyWords(proxy: ClientProxy): string {
  if (proxy.class === 'sidecar') return `sidecars in ${proxy.namespace}`;
  return proxy.class === 'gateway' ? `gateway ${proxy.gateway}` : `the waypoint in ${proxy.namespace}`;
}
