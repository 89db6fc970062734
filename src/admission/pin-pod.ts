import type { Pod } from '../rollout/kube.ts';
import { snapshotNames } from '../rollout/pins/pod-names.ts';
import type { UpdateRule } from './judge-update.ts';
import { pass } from './request.ts';

/** A pod that is pinned gets the names of its snapshots when it is created. Later nothing of them may change. */
export const pinPod: UpdateRule = ({ group, resource, change: { before, after } }) => {
  if (group !== '' || resource !== 'pods' || 'spec' in before) return pass();
  const patch = snapshotNames(after as Pod).map(({ path, name }) => ({ op: 'replace' as const, path, value: name }));
  return patch.length === 0 ? pass() : { kind: 'patch', decision: 'pins', patch, warnings: [] };
};
