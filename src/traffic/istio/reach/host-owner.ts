import type { KubeObject } from '../../../rollout/kube.ts';
import { type ClientProxy, isBound } from './client-proxy.ts';
import { isDelegate } from './delegate.ts';
import { matchesHost, resolveHost, specificity } from './host.ts';
import { type MeshObjects, namespaceOf, type VirtualService } from './objects.ts';
import { isExported } from './visibility.ts';

/**
 * The VirtualServices with hosts that proxies of a namespace see, in the order in which Istio asks them: those private to the
 * namespace, those exported to it by name, then those of everybody; each the oldest first.
 */
export function inIstioOrder({ virtualServices }: MeshObjects, client: string): VirtualService[] {
  const seen = virtualServices.filter(
    (entry) => !isDelegate(entry) && isExported(entry.spec.exportTo ?? [], namespaceOf(entry), client),
  );
  return seen.toSorted((a, b) => rank(a, client) - rank(b, client) || byCreation(a, b));
}

function rank(entry: VirtualService, client: string): number {
  const { exportTo = [] } = entry.spec;
  if (exportTo.length === 0 || exportTo.includes('*')) return 2;
  return namespaceOf(entry) === client ? 0 : 1;
}

/** By creation, then name, then namespace. What is not yet created comes last. */
export function byCreation({ metadata: a }: KubeObject, { metadata: b }: KubeObject): number {
  const created = compare(a.creationTimestamp ?? LAST, b.creationTimestamp ?? LAST);
  return created || compare(a.name, b.name) || compare(a.namespace ?? '', b.namespace ?? '');
}

const LAST = '9999';

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Whose rules a host has for the sidecars of a namespace: the most specific of its VirtualServices, then the first in order. */
export function meshOwner(host: string, objects: MeshObjects, client: string): VirtualService | undefined {
  const sidecar: ClientProxy = { class: 'sidecar', namespace: client };
  const fit = inIstioOrder(objects, client)
    .filter((entry) => isBound(entry.spec.gateways, namespaceOf(entry), sidecar))
    .map((entry) => ({ entry, fit: bestFit(host, entry, objects) }))
    .filter(({ fit }) => fit >= 0);
  return fit.toSorted((a, b) => b.fit - a.fit)[0]?.entry;
}

/** How specific the best host of a VirtualService is for a name; -1 where none stands for it. */
const bestFit = (host: string, entry: VirtualService, objects: MeshObjects): number =>
  Math.max(
    -1,
    ...(entry.spec.hosts ?? [])
      .map((pattern) => resolveHost(pattern, namespaceOf(entry), objects))
      .filter((pattern) => matchesHost(pattern, host))
      .map(specificity),
  );
