import { POD_TEMPLATE_HASH } from '../keys.ts';
import type { Deployment, PodTemplate, ReplicaSet } from '../kube.ts';
import { ownerOf } from './generated.ts';

/**
 * The ReplicaSet that ran a template, for when somebody deleted it: the Deployment controller adopts it by its owner and
 * recognises it by its template, whatever the hash label says.
 */
export function replicaSetOf(stable: Deployment, template: PodTemplate, suffix: string): ReplicaSet {
  const hash = { [POD_TEMPLATE_HASH]: suffix };
  const labels = { ...template.metadata?.labels, ...hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${stable.metadata.name}-${suffix}`,
      ...(stable.metadata.namespace !== undefined && { namespace: stable.metadata.namespace }),
      labels,
      ownerReferences: [{ ...ownerOf(stable), controller: true, blockOwnerDeletion: true }],
    },
    spec: {
      replicas: stable.spec.replicas ?? 1,
      selector: { ...stable.spec.selector, matchLabels: { ...stable.spec.selector.matchLabels, ...hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}
