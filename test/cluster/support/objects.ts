import type { Json } from '../../rig/rig.ts';
import type { App } from './app.ts';

/** Kinds by their plural, and where the API server has them. */
const GROUPS = {
  services: '/api/v1',
  pods: '/api/v1',
  deployments: '/apis/apps/v1',
  replicasets: '/apis/apps/v1',
  virtualservices: '/apis/networking.istio.io/v1',
  destinationrules: '/apis/networking.istio.io/v1',
  canaries: '/apis/headgate.dev/v1',
};
export type Plural = keyof typeof GROUPS;

/** All objects of a kind in an app's namespace, those with a label alone where one is wanted. Asked again and again, this costs far less than kubectl. */
export function objectsOf({ rig, namespace }: App, kind: Plural, label?: string): Promise<Json[]> {
  const query = label === undefined ? '' : `?labelSelector=${encodeURIComponent(label)}`;
  return rig.api.list(`${GROUPS[kind]}/namespaces/${namespace}/${kind}${query}`);
}

/** What there is of several kinds, as `kind/name`. */
export async function namesOf(app: App, kinds: readonly Plural[], label?: string): Promise<string[]> {
  const named = kinds.map(async (kind) => {
    const objects = await objectsOf(app, kind, label);
    return objects.map(({ metadata }) => `${kind}/${metadata.name}`);
  });
  return (await Promise.all(named)).flat();
}
