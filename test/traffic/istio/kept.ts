import jsonPatch from 'fast-json-patch';
import type { KubeObject } from '../../../src/rollout/kube.ts';
import type { TrafficWish } from '../../../src/rollout/machine/traffic.ts';
import { keepWeights } from '../../../src/traffic/istio/keep-weights.ts';
import type { HttpEntry, VirtualService } from '../../../src/traffic/istio/reach/objects.ts';
import { trafficWishOf } from '../../build.ts';
import { frozen } from '../applied.ts';
import { weighed } from './routes.ts';

/** The wish of another Deployment of the namespace. */
export const wishFor = (name: string, wish = trafficWishOf()): TrafficWish => ({
  ...wish,
  hosts: { stable: name, canary: `${name}-canary` },
  deployment: { ...wish.deployment, metadata: { ...wish.deployment.metadata, name } },
});

/** What is stored of a user's object at a weight. */
export const adopted = (object: VirtualService, weight: number, wish = trafficWishOf()): VirtualService =>
  frozen(weighed([object], wish, weight)[0] as VirtualService);

/** What a write is stored as, and for whom it said other weights. */
export function written<T extends KubeObject>(before: T, after: T): { stored: T; overruled: readonly string[] } {
  const { operations, overruled } = keepWeights(frozen(before), frozen(after));
  const patch = structuredClone(operations) as Parameters<typeof jsonPatch.applyPatch>[1];
  return { stored: jsonPatch.applyPatch(structuredClone(after), patch, true).newDocument, overruled };
}

/** The object with other rules. */
export const withRules = (object: VirtualService, http: HttpEntry[]): VirtualService => ({
  ...object,
  spec: { ...object.spec, http },
});
