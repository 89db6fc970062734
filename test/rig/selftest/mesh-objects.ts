import type { Json } from '../rig.ts';
import { deployment } from './objects.ts';

/** A Deployment whose pods serve HTTP and gRPC, on ports of their own. */
export function twoProtocols(name: string, tag: string): object {
  const object = deployment(name, tag, 1) as Json;
  object.spec.template.spec.containers.push({
    name: 'grpc',
    image: `grpc-echo:${tag}`,
    ports: [{ name: 'grpc', containerPort: 9999 }],
    readinessProbe: { grpc: { port: 9999 }, periodSeconds: 1 },
  });
  return object;
}

/** A Deployment whose podinfo serves gRPC itself, besides HTTP. */
export function podinfoGrpc(name: string, tag: string, replicas = 1): object {
  const object = deployment(name, tag, replicas) as Json;
  const [podinfo] = object.spec.template.spec.containers;
  podinfo.args = ['--grpc-port=9999'];
  podinfo.ports.push({ name: 'grpc', containerPort: 9999 });
  podinfo.readinessProbe = { grpc: { port: 9999 }, periodSeconds: 1 };
  return object;
}

/** A Service of both ports; neither has the number of the container's. */
export function twoPorts(app: string): object {
  const ports = [
    { name: 'http', port: 80, targetPort: 'http' },
    { name: 'grpc', port: 81, targetPort: 'grpc' },
  ];
  return { metadata: { name: app }, spec: { selector: { app }, ports } };
}

/** A VirtualService of one rule; without gateways it is the mesh's. */
export function route(name: string, host: string, gateways: string[], rule: object): object {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name },
    spec: { hosts: [host], ...(gateways.length > 0 && { gateways }), http: [rule] },
  };
}
