import jsonPatch from 'fast-json-patch';
import { admit } from '../../src/admission/admit.ts';
import type { Deployment } from '../../src/rollout/kube.ts';
import { canonical } from '../../src/rollout/workload/template.ts';
import type { Cluster } from './cluster.ts';

const SCHEDULER = 'system:serviceaccount:headgate:headgate-scheduler';

/**
 * A user's change of the Deployment: through the webhook, or past it when it is away (and its policy too). Gives what
 * became of it, one word.
 */
export function request(cluster: Cluster, webhook: boolean, change: (object: Deployment) => void): string {
  const oldObject = cluster.deployment;
  const object = structuredClone(oldObject);
  change(object);
  if (canonical(object) === canonical(oldObject)) return 'unchanged';
  const { name, namespace = '' } = object.metadata;
  const review = { operation: 'UPDATE', name, namespace, user: 'jane', dryRun: false, object, oldObject } as const;
  const admission = webhook ? admit(review, { schedulerUser: SCHEDULER, now: cluster.now }) : undefined;
  if (admission?.kind === 'deny') return admission.decision === 'refuse' ? 'refused' : `refused: ${admission.message}`;
  const patch = (admission?.patch ?? []) as Parameters<typeof jsonPatch.applyPatch>[1];
  cluster.putDeployment(jsonPatch.applyPatch(object, patch, true).newDocument as Deployment);
  return admission?.decision ?? 'no webhook';
}
