import type { KubeObject } from '../../rollout/kube.ts';
import type { PatchOperation } from '../../traffic/istio.ts';

/** The patch that begins with it fails if somebody was there in between. */
export const atVersion = ({ metadata }: KubeObject): PatchOperation => ({
  op: 'test',
  path: '/metadata/resourceVersion',
  value: metadata.resourceVersion,
});
