import type { Service } from '../../../rollout/kube.ts';
import { type MeshObjects, namespaceOf } from './objects.ts';

type Names = Pick<MeshObjects, 'clusterDomain'>;

/** The full name of a Service, by which clusters are named. */
export const fullHost = (name: string, namespace: string, { clusterDomain }: Names): string =>
  `${name}.${namespace}.svc.${clusterDomain}`;

export const serviceHost = (service: Service, names: Names): string =>
  fullHost(service.metadata.name, namespaceOf(service), names);

/**
 * A host as istiod reads it. Without a dot it is a Service in the namespace of the object it stands in; with one it is taken
 * letter by letter, so that `app.prod` and a name with a trailing dot are no Service at all.
 */
export const resolveHost = (host: string, namespace: string, names: Names): string =>
  host === '*' || host.includes('.') ? host : fullHost(host, namespace, names);

export const isWildcard = (host: string): boolean => host.startsWith('*');

/** Whether a host is the pattern, or one that the wildcard stands for. */
export const matchesHost = (pattern: string, host: string): boolean =>
  pattern === host || (isWildcard(pattern) && host.endsWith(pattern.slice(1)));

/** Greater where a pattern says more: a whole name first, then the longest wildcard. */
export const specificity = (pattern: string): number =>
  isWildcard(pattern) ? pattern.length : Number.MAX_SAFE_INTEGER;

/**
 * The Service that a person meant by a host that resolves to none: a dotted name that is not the full one, or a short name
 * that stands in another namespace than its Service.
 */
export function meantService(host: string, { services }: MeshObjects): Service | undefined {
  const [name, namespace, svc = 'svc'] = host.replace(/\.$/, '').split('.');
  if (namespace === undefined) return services.find(({ metadata }) => metadata.name === name);
  if (svc !== 'svc') return undefined;
  return services.find((service) => service.metadata.name === name && namespaceOf(service) === namespace);
}
