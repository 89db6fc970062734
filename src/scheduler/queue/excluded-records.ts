import type { KubeClient } from '../../cluster/client.ts';
import { isConflict } from '../../cluster/errors.ts';
import { KINDS } from '../../cluster/kinds.ts';
import { type Coverage, inPages } from '../../cluster/namespaces.ts';
import { keyOf } from '../../rollout/kube.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import { refusedStatus } from '../../rollout/machine/status.ts';
import { commit } from '../tick/record.ts';

const REASON = 'NamespaceExcluded';

/**
 * Says on Canaries that were followed, and whose namespace is excluded since, that they are not followed any more. Nothing else
 * is done there, and a Canary without a phase was never followed: nobody but Headgate gives it one.
 * @param onFound gets the key of each; `onError`, why one could not be told, which keeps no other from it
 */
export async function tellExcluded(
  client: KubeClient,
  { namespaces, excludedNamespaces }: Coverage,
  { onFound, onError }: { onFound: (key: string) => void; onError: (error: unknown) => void },
): Promise<void> {
  // Where some namespaces are the only ones, there are no rights in others.
  if (namespaces.length > 0) return;
  const excluded = { namespaces: excludedNamespaces, excludedNamespaces: [] };
  for await (const record of inPages<Canary>(client, KINDS.canaries, excluded)) {
    if (record.status?.phase === undefined || isTold(record)) continue;
    onFound(keyOf(record));
    await tell(client, record).catch(onError);
  }
}

const isTold = ({ status }: Canary): boolean =>
  status?.conditions?.some(({ type, reason }) => type === 'Enrolled' && reason === REASON) ?? false;

async function tell(client: KubeClient, record: Canary): Promise<void> {
  const { generation, namespace = '' } = record.metadata;
  const message = `namespace ${namespace} is excluded from this installation: nothing is held there, and what was under way stays as it is; include it again, take Headgate off its Deployments, then exclude it`;
  const at = new Date().toISOString();
  const status = refusedStatus({ before: record.status, generation, reason: REASON, message, at });
  // Another scheduler that starts says the same.
  await commit(client, record, status).catch((error: unknown) => {
    if (!isConflict(error)) throw error;
  });
}
