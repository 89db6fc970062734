import type { KubeObject } from '../../rig/rig.ts';

/** Its name, its number, and the pods' port: `http 80 9898`. */
type PortWords = `${string} ${number} ${string | number}`;

/** A Service as a user writes it. */
export const serviceObject = (
  name: string,
  ports: readonly PortWords[],
  selector: Record<string, string> = { app: 'podinfo' },
): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector, ports: ports.map(portOf) },
});

function portOf(words: PortWords): object {
  const [name = '', port, target = ''] = words.split(' ');
  return { name, port: Number(port), targetPort: /^\d+$/.test(target) ? Number(target) : target };
}

/** A VirtualService as a user writes it. */
export const routeObject = (name: string, spec: object): KubeObject => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name },
  spec,
});

export const to = (host: string, port?: number): object => ({
  destination: { host, ...(port !== undefined && { port: { number: port } }) },
});

/** The path of a user's object. */
export function pathIn(namespace: string, { kind, metadata: { name } }: Pick<KubeObject, 'kind' | 'metadata'>): string {
  const plural = kind === 'Service' ? 'services' : 'virtualservices';
  const group = kind === 'Service' ? '/api/v1' : '/apis/networking.istio.io/v1';
  return `${group}/namespaces/${namespace}/${plural}/${name}`;
}
