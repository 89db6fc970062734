import type { KubeClient } from '../../cluster/client.ts';
import { KubeError } from '../../cluster/errors.ts';
import { KINDS, pathOf } from '../../cluster/kinds.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import { inTime } from './read-deadline.ts';

/** What was read so lately, in milliseconds, is not read again: only a worker that was stopped in between takes longer. */
const FRESH_MS = 1_000;

/**
 * To be called right before a write that gives the canary more weight, or opens the gate: a worker that was stopped since it
 * read the record does neither for one that is another by now. What is written after this is refused by marks that whoever fails a
 * release leaves: the verdict at the gate, and a write of the routes (rollout/machine/fence.ts).
 * @param readAt when the record was read that was decided by, on the clock of `performance.now()`
 * @throws KubeError 409 if it is another, or what keeps it from being read
 */
export async function expectRecord(
  client: Pick<KubeClient, 'get'>,
  { record: { metadata }, readAt }: { record: Canary; readAt: number },
): Promise<void> {
  if (performance.now() - readAt < FRESH_MS) return;
  const path = pathOf(KINDS.canaries, metadata.namespace, metadata.name);
  const present = await inTime(client.get<Canary>(path), `get ${path}`);
  if (present.metadata.resourceVersion === metadata.resourceVersion) return;
  const message = `${path} is no more at the version that was committed`;
  throw new KubeError(message, { code: 'KUBE_REFUSED', status: 409, reason: 'Conflict' });
}
