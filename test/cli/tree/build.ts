import { outline } from '../../../src/cli/outline.ts';
import type { CanarySnapshot } from '../../../src/cli/tree/snapshot.ts';
import { treeOf } from '../../../src/cli/tree/tree.ts';
import { HELD, POD_TEMPLATE_HASH, REVISION, ROLE } from '../../../src/rollout/keys.ts';
import type { Deployment, Pod, PodTemplate, ReplicaSet } from '../../../src/rollout/kube.ts';
import type { Canary } from '../../../src/rollout/machine/canary.ts';
import { revisionOf } from '../../../src/rollout/workload/template.ts';
import type { VirtualService } from '../../../src/traffic/istio/reach/objects.ts';
import { PROVIDER } from '../../../src/traffic/providers.ts';
import { NOW } from '../build.ts';

export const templateOf = (tag: string, app = 'podinfo'): PodTemplate => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: 'podinfo', image: `registry.example.com/team/podinfo:${tag}` }] },
});

export const V1 = revisionOf(templateOf('1.4.0'));
export const V2 = revisionOf(templateOf('1.4.1'));

/** A Deployment of some pods, all of them available unless it is said otherwise. */
export function deployment(
  name: string,
  tag: string,
  { wanted = 2, available = wanted }: { wanted?: number; available?: number } = {},
): Deployment {
  return {
    metadata: { name, namespace: 'prod', uid: `uid-${name}` },
    spec: { replicas: wanted, selector: { matchLabels: { app: name } }, template: templateOf(tag, name) },
    status: { replicas: wanted, availableReplicas: available },
  };
}

/** The serving one, with 1.4.1 at its gate. */
export function held(): Deployment {
  const serving = deployment('podinfo', '1.4.1');
  const annotations = { [HELD]: JSON.stringify({ revision: V2, by: 'alice' }) };
  return { ...serving, metadata: { ...serving.metadata, annotations }, spec: { ...serving.spec, paused: true } };
}

export function canaryDeployment(tag = '1.4.1', counts?: { wanted?: number; available?: number }): Deployment {
  const made = deployment('podinfo-canary', tag, { wanted: 1, ...counts });
  const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo', uid: 'uid-podinfo' };
  const generated = { labels: { [ROLE]: 'canary' }, ownerReferences: [owner] };
  return { ...made, metadata: { ...made.metadata, ...generated, annotations: { [REVISION]: V2 } } };
}

export function replicaSet(of: string, hash: string, tag: string): ReplicaSet {
  const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: of, uid: `uid-${of}` };
  const labels = { [POD_TEMPLATE_HASH]: hash };
  return {
    metadata: { name: `${of}-${hash}`, labels, ownerReferences: [owner] },
    spec: { selector: {}, template: templateOf(tag, of) },
  };
}

/** A ready pod of a ReplicaSet, or what `status` says. */
export function pod(of: string, hash: string, suffix: string, status?: Pod['status']): Pod {
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${of}-${hash}`, uid: '' };
  return {
    metadata: {
      name: `${of}-${hash}-${suffix}`,
      labels: { [POD_TEMPLATE_HASH]: hash },
      ownerReferences: [owner],
    },
    spec: { containers: [{ name: 'podinfo' }], nodeName: 'node-1' },
    status: status ?? { phase: 'Running', podIP: '10.1.0.7', conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

export function virtualService(weight: number): VirtualService {
  const to = (host: string, share: number) => ({ destination: { host }, weight: share });
  const route = [to('podinfo', 100 - weight), to('podinfo-canary', weight)];
  return {
    kind: 'VirtualService',
    metadata: { name: 'podinfo' },
    spec: { hosts: ['podinfo', 'podinfo.example.com'], gateways: ['istio-system/public', 'mesh'], http: [{ route }] },
  };
}

/** The routes as they are shown of what was found. */
export const described = (route?: VirtualService) =>
  PROVIDER.describe(route ? [route] : [], { metadata: { name: 'podinfo' } });

/** A release of 1.4.1 at work, seen by somebody who may see everything. */
export function snapshot(canary: Canary, seen: Partial<CanarySnapshot> = {}): CanarySnapshot {
  return {
    canary,
    deployment: held(),
    canaryDeployment: canaryDeployment(),
    replicaSets: [replicaSet('podinfo', 'aaa', '1.4.0'), replicaSet('podinfo-canary', 'bbb', '1.4.1')],
    pods: [pod('podinfo', 'aaa', 'p1'), pod('podinfo', 'aaa', 'p2'), pod('podinfo-canary', 'bbb', 'c1')],
    routes: described(virtualService(20)),
    hidden: new Set(),
    now: NOW,
    wide: false,
    program: 'headgate',
    ...seen,
  };
}

/** The tree as it is printed, without colours. */
export const drawn = (seen: CanarySnapshot, width?: number): string[] =>
  outline(treeOf(seen), { paint: (_, text) => text, ...(width !== undefined && { width }) });
