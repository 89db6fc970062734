import jsonPatch from 'fast-json-patch';
import { ROLE } from '../../../src/rollout/keys.ts';
import type { KubeObject, Service } from '../../../src/rollout/kube.ts';
import type { TrafficWish } from '../../../src/rollout/machine/traffic.ts';
import type { ObjectChange } from '../../../src/rollout/object-change.ts';
import { ownRoute } from '../../../src/traffic/istio/own-route.ts';
import { istio } from '../../../src/traffic/istio/provider.ts';
import type { HttpEntry, VirtualService, WeightedEntry } from '../../../src/traffic/istio/reach/objects.ts';
import { service } from '../../build.ts';

/** What a change makes of its object; undefined: it is deleted. */
export function changed<T extends KubeObject>(change: ObjectChange): T | undefined {
  if (change.do === 'delete') return undefined;
  if (change.do === 'create') return change.object as T;
  const operations = change.operations as Parameters<typeof jsonPatch.applyPatch>[1];
  return jsonPatch.applyPatch(structuredClone(change.object), operations, true).newDocument as T;
}

/** The objects after some changes. */
export function after(objects: readonly KubeObject[], changes: readonly ObjectChange[]): KubeObject[] {
  const touched = changes.map(({ object }) => object.metadata.name);
  const results = changes.map((change) => changed(change)).filter((object) => object !== undefined);
  return [...objects.filter(({ metadata }) => !touched.includes(metadata.name)), ...results];
}

export const weighed = (objects: readonly KubeObject[], wish: TrafficWish, weight: number): KubeObject[] =>
  after(objects, istio.render(objects, wish, weight));
export const left = (objects: readonly KubeObject[], wish: TrafficWish): KubeObject[] =>
  after(objects, istio.release(objects, wish));

export const to = (host: string, weight?: number, more: object = {}): WeightedEntry => ({
  destination: { host, ...more },
  ...(weight !== undefined && { weight }),
});
export const both = (weight: number, host = 'podinfo', more: object = {}): WeightedEntry[] => [
  to(host, 100 - weight, more),
  to(host.replace('podinfo', 'podinfo-canary'), weight, more),
];

/** A VirtualService that a user wrote. */
export const users = (http: HttpEntry[], more: Partial<VirtualService['spec']> = {}, name = 'web'): VirtualService => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: {
    name,
    namespace: 'prod',
    uid: `uid-${name}`,
    resourceVersion: '7',
    creationTimestamp: '2030-01-01T00:00:00Z',
  },
  spec: { hosts: ['podinfo'], http, ...more },
});

/** Headgate's own as it is stored. */
export const own = (wish: TrafficWish, weight: number): VirtualService => {
  const route = structuredClone(ownRoute(wish, weight));
  Object.assign(route.metadata, { uid: 'uid-own', resourceVersion: '3' });
  return route;
};

export const httpOf = (objects: readonly KubeObject[], name = 'podinfo'): HttpEntry[] =>
  (objects.find(({ metadata }) => metadata.name === name) as VirtualService | undefined)?.spec.http ?? [];
export const weightsOf = (rules: readonly HttpEntry[]): (number | undefined)[][] =>
  rules.map(({ route = [] }) => route.map(({ weight }) => weight));

export const withPorts = (...ports: [name: string, port: number, targetPort?: number | string][]): Service =>
  service('podinfo', ({ spec }) => {
    spec.ports = ports.map(([name, port, targetPort = port]) => ({ name, port, targetPort }));
  });
export const roleOf = (object: KubeObject | undefined): string | undefined => object?.metadata.labels?.[ROLE];
