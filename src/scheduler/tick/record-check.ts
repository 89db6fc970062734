import type { KubeClient } from '../../cluster/client.ts';
import { KubeError } from '../../cluster/errors.ts';
import { KINDS, pathOf } from '../../cluster/kinds.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import { inTime } from './read-deadline.ts';

/**
 * To be called right before a write that gives the canary more weight, or opens the gate: a worker that was stopped since its
 * commit does neither for a record that is another by now. What is written after this is refused by marks that whoever fails a
 * release leaves: the verdict at the gate, and a write of the routes (rollout/machine/fence.ts).
 * @throws KubeError 409 if it is another, or what keeps it from being read
 */
export async function expectRecord(client: Pick<KubeClient, 'get'>, { metadata }: Canary): Promise<void> {
  const path = pathOf(KINDS.canaries, metadata.namespace, metadata.name);
  const present = await inTime(client.get<Canary>(path), `get ${path}`);
  if (present.metadata.resourceVersion === metadata.resourceVersion) return;
  const message = `${path} is no more at the version that was committed`;
  throw new KubeError(message, { code: 'KUBE_REFUSED', status: 409, reason: 'Conflict' });
}
