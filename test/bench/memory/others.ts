import type { Json, Rig } from '../../rig/rig.ts';
import { deploymentOf } from '../support/apps.ts';
import { each } from '../support/parallel.ts';

/** Kinds that Headgate watches, or whose number makes a cluster large. None of them has to do with it. */
const MAKE: Readonly<Record<string, (name: string) => Json>> = {
  '/apis/apps/v1/namespaces/NAMESPACE/deployments': deploymentOf({ replicas: 0 }),
  '/api/v1/namespaces/NAMESPACE/services': (name) => ({
    metadata: { name },
    spec: { selector: { app: name }, ports: [{ port: 80 }] },
  }),
  // Gated, so that nobody runs it.
  '/api/v1/namespaces/NAMESPACE/pods': (name) => ({
    metadata: { name, labels: { app: name } },
    spec: { schedulingGates: [{ name: 'bench/never' }], containers: [{ name: 'app', image: 'hollow:1.0.0' }] },
  }),
  '/apis/networking.istio.io/v1/namespaces/NAMESPACE/virtualservices': (name) => ({
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name },
    spec: { hosts: [name], http: [{ route: [{ destination: { host: name } }] }] },
  }),
};

export const KINDS = Object.keys(MAKE).map((path) => path.split('/').at(-1) ?? '');

/** Adds so many objects of each kind. */
export async function addOthers(rig: Rig, count: number): Promise<void> {
  const namespace = await rig.createNamespace('others');
  for (const [path, make] of Object.entries(MAKE)) {
    const names = Array.from({ length: count }, (_, index) => `other-${index}`);
    await each(names, 8, (name) => rig.api.create(path.replace('NAMESPACE', namespace), make(name)));
  }
}
