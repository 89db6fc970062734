import { createHash, createHmac } from 'node:crypto';
import type { KubeObject } from '../kube.ts';
import { canonical } from '../workload/template.ts';

/** What pods can see of a ConfigMap or Secret. */
export interface ConfigContent {
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
}

/** A ConfigMap or Secret as the API has it. */
export type ConfigObject = KubeObject & ConfigContent;

/** No field for what is not there: an empty map is the same content as none. */
export function contentOf({ data, binaryData }: ConfigContent): ConfigContent {
  const filled = (map: Record<string, string> | null | undefined) => map && Object.keys(map).length > 0;
  return { ...(filled(data) && { data }), ...(filled(binaryData) && { binaryData }) } as ConfigContent;
}

/**
 * A name for a content, that of a ConfigMap without a key. With a key it tells nobody who lacks that what the content is, not
 * even by trying all there are: it stands where more people look than may read the Secret.
 */
export function digestOf(object: ConfigContent, key?: Buffer): string {
  const hash = key === undefined ? createHash('sha256') : createHmac('sha256', key);
  return hash.update(canonical(contentOf(object))).digest('hex');
}
