import type { KubeClient } from '../../cluster/client.ts';
import { isNotFound } from '../../cluster/errors.ts';
import { KINDS, pathOf } from '../../cluster/kinds.ts';
import type { KubeObject } from '../../rollout/kube.ts';

interface WebhookConfiguration extends KubeObject {
  webhooks?: { name: string; clientConfig: { caBundle?: string } }[];
}

/**
 * Makes every webhook of the configuration trust the bundle (PEM). A configuration that is not there needs none: somebody
 * took it away, and will bring it back without. @throws KubeError, also when somebody changed it at the same time
 */
export async function publishBundle(
  client: Pick<KubeClient, 'get' | 'patch'>,
  name: string,
  bundle: string,
): Promise<void> {
  const path = pathOf(KINDS.mutatingwebhookconfigurations, undefined, name);
  const configuration = await client.get<WebhookConfiguration>(path).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
  const caBundle = Buffer.from(bundle, 'utf8').toString('base64');
  const patch = (configuration?.webhooks ?? []).flatMap(({ name: webhook, clientConfig }, index) =>
    clientConfig.caBundle === caBundle
      ? []
      : [
          { op: 'test', path: `/webhooks/${index}/name`, value: webhook },
          { op: 'add', path: `/webhooks/${index}/clientConfig/caBundle`, value: caBundle },
        ],
  );
  if (patch.length > 0) await client.patch(path, 'json', patch);
}
