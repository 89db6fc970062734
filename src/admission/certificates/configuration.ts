import type { KubeClient } from '../../cluster/client.ts';
import { KINDS, pathOf } from '../../cluster/kinds.ts';
import type { KubeObject } from '../../rollout/kube.ts';
import type { Repair } from './repair.ts';

interface WebhookConfiguration extends KubeObject {
  webhooks?: { name: string; clientConfig: { caBundle?: string } }[];
}

export interface ConfigurationOptions {
  client: Pick<KubeClient, 'find' | 'patch'>;
  name: string;
  /** Whether this process is to answer: one that ends brings nothing back. */
  serves: () => boolean;
}

/** So many looks in a row find it gone before it is made again: whoever uninstalls has ended this process by then. */
const MISSED_LOOKS = 2;

/** The configuration by which API servers ask the webhook: that they trust it, and that it stays. */
export class Configuration {
  readonly #options: ConfigurationOptions;
  readonly #path: string;
  /** As it was last seen: what is made again is what its author wrote. */
  #seen: WebhookConfiguration | undefined;
  #published: string | undefined;
  #missed = 0;

  constructor(options: ConfigurationOptions) {
    this.#options = options;
    this.#path = pathOf(KINDS.mutatingwebhookconfigurations, undefined, options.name);
  }

  /**
   * Makes every webhook of the configuration trust the bundle (PEM, the authority in use first). One that this process has
   * seen, and that is gone, is made again. @throws KubeError, also when somebody changed it at the same time
   */
  async publish(bundle: string): Promise<Repair | undefined> {
    const found = await this.#options.client.find<WebhookConfiguration>(this.#path);
    if (found === undefined) return this.#restore(bundle);
    this.#missed = 0;
    this.#seen = found;
    const had = await this.#trust(found, bundle);
    const repaired = this.#published === bundle && !had.every((text) => text.includes(authorityOf(bundle)));
    this.#published = bundle;
    return repaired ? this.#bundleRestored(found) : undefined;
  }

  /** The bundles that were there before. */
  async #trust({ webhooks = [] }: WebhookConfiguration, bundle: string): Promise<string[]> {
    const caBundle = Buffer.from(bundle, 'utf8').toString('base64');
    const patch = webhooks.flatMap(({ name, clientConfig }, index) =>
      clientConfig.caBundle === caBundle
        ? []
        : [
            { op: 'test', path: `/webhooks/${index}/name`, value: name },
            { op: 'add', path: `/webhooks/${index}/clientConfig/caBundle`, value: caBundle },
          ],
    );
    if (patch.length > 0) await this.#options.client.patch(this.#path, 'json', patch);
    return webhooks.map(({ clientConfig }) => Buffer.from(clientConfig.caBundle ?? '', 'base64').toString('utf8'));
  }

  async #restore(bundle: string): Promise<Repair | undefined> {
    const seen = this.#seen;
    if (seen === undefined || !this.#options.serves() || ++this.#missed < MISSED_LOOKS) return undefined;
    const { body, fieldManager } = asWritten(seen);
    const made = await this.#options.client.patch<WebhookConfiguration>(this.#path, 'apply', body, { fieldManager });
    await this.#trust(made, bundle);
    this.#missed = 0;
    return {
      reason: 'WebhookConfigurationRestored',
      id: `configuration/${seen.metadata.uid}`,
      message: `MutatingWebhookConfiguration ${seen.metadata.name} was deleted: it is made again. To go without the webhook, scale its Deployment to zero first`,
    };
  }

  #bundleRestored({ metadata: { name, resourceVersion } }: WebhookConfiguration): Repair {
    return {
      reason: 'CaBundleRestored',
      id: `bundle/${resourceVersion}`,
      message: `somebody changed the caBundle of MutatingWebhookConfiguration ${name}: the webhook's own is there again`,
    };
  }
}

const authorityOf = (bundle: string): string => bundle.slice(0, bundle.indexOf('-----END CERTIFICATE-----'));

/** To be applied in the name of its author, whose next upgrade then meets no fields of somebody else. */
function asWritten({ metadata, webhooks = [], ...object }: WebhookConfiguration): {
  body: object;
  fieldManager: string;
} {
  const { name, labels, annotations } = metadata;
  const fields = metadata['managedFields'] as { manager?: string }[] | undefined;
  const [author = OWN] = (fields ?? []).flatMap(({ manager = OWN }) => (manager === OWN ? [] : [manager]));
  const untrusting = webhooks.map(({ clientConfig, ...webhook }) => {
    const { caBundle: _, ...rest } = clientConfig;
    return { ...webhook, clientConfig: rest };
  });
  const written = { name, ...(labels && { labels }), ...(annotations && { annotations }) };
  return { body: { ...object, metadata: written, webhooks: untrusting }, fieldManager: author };
}

const OWN = 'headgate-webhook';
