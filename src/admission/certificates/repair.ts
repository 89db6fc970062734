import type { KubeClient } from '../../cluster/client.ts';
import { recordEvent } from '../../cluster/events.ts';
import type { KubeObject } from '../../rollout/kube.ts';

/** Something that the webhook put right, since without it API servers could not ask. */
export interface Repair {
  reason: 'CertificateRepaired' | 'CaBundleRestored' | 'WebhookConfigurationRestored';
  /** The same in every replica that put the same thing right. */
  id: string;
  message: string;
}

/** Tells of a repair by an Event beside the Secret with the certificate. */
export async function tellRepair(
  client: Pick<KubeClient, 'create'>,
  { metadata: { namespace = '', name, uid = '' } }: KubeObject,
  { reason, id, message }: Repair,
  { now, onError }: { now: number; onError: (error: unknown) => void },
): Promise<void> {
  const regarding = { apiVersion: 'v1', kind: 'Secret', namespace, name, uid };
  await recordEvent(client, { regarding, id, type: 'Warning', reason, message, at: now }, onError);
}
