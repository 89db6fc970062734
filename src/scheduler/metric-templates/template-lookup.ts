import type { SecretValues } from '../../analysis/providers/provider.ts';
import type { KubeClient } from '../../cluster/client.ts';
import { isForbidden } from '../../cluster/errors.ts';
import { KINDS, pathOf } from '../../cluster/kinds.ts';
import { type KubeObject, keyIn } from '../../rollout/kube.ts';
import { type MetricTemplateSpec, readMetricTemplate } from '../../rollout/spec/schema/metric-template.ts';
import type { MetricTemplateRef } from '../../rollout/spec/spec-types.ts';

/** A template with its Secret, or why it cannot be asked. */
export type TemplateLookup =
  | {
      template: MetricTemplateSpec;
      secret: SecretValues;
      /** Where it stands, and its Secret: Headgate's own for a ClusterMetricTemplate. */
      namespace: string;
    }
  | { problem: string };

export interface TemplateLookupOptions {
  client: Pick<KubeClient, 'find'>;
  /** Where Headgate itself runs. */
  namespace: string;
}

interface Template extends KubeObject {
  spec?: unknown;
}

interface Secret extends KubeObject {
  data?: Record<string, string>;
}

/** @throws KubeError where the API server does not answer. @param home the Canary's namespace */
export async function findTemplate(
  reference: MetricTemplateRef,
  home: string,
  { client, namespace: own }: TemplateLookupOptions,
): Promise<TemplateLookup> {
  const { kind, name, namespace = home } = reference;
  const isOfCluster = kind === 'ClusterMetricTemplate';
  const place = isOfCluster ? own : namespace;
  if (place !== home && place !== own) return { problem: foreign(place) };
  const path = isOfCluster
    ? pathOf(KINDS.clustermetrictemplates, '', name)
    : pathOf(KINDS.metrictemplates, place, name);
  const found = await readable(client.find<Template>(path), 'it');
  if ('problem' in found) return found;
  if (found.value === undefined) return { problem: 'there is none of that name' };
  const reading = readMetricTemplate(found.value.spec);
  if (!reading.ok) return { problem: `it cannot be used: ${reading.message}` };
  const { secretRef } = reading.value.provider;
  const secret = secretRef === undefined ? { value: {} } : await secretOf(client, place, secretRef.name);
  return 'problem' in secret ? secret : { template: reading.value, secret: secret.value, namespace: place };
}

type Read<T> = { value: T } | { problem: string };

async function secretOf(
  client: TemplateLookupOptions['client'],
  namespace: string,
  name: string,
): Promise<Read<SecretValues>> {
  const advice = `; add ${name} to the chart value metricTemplates.secretNames`;
  const key = keyIn(namespace, name);
  const found = await readable(
    client.find<Secret>(pathOf(KINDS.secrets, namespace, name)),
    `the Secret ${key}${advice}`,
  );
  if ('problem' in found) return found;
  return found.value === undefined ? { problem: `there is no Secret ${key}` } : { value: valuesIn(found.value) };
}

async function readable<T>(reading: Promise<T>, what: string): Promise<Read<T>> {
  try {
    return { value: await reading };
  } catch (error) {
    if (isForbidden(error)) return { problem: `Headgate may not read ${what}` };
    throw error;
  }
}

/** Without the newline that a file brings, and without what is empty. */
const valuesIn = ({ data = {} }: Secret): SecretValues =>
  Object.fromEntries(
    Object.entries(data)
      .map(([key, text]) => [key, Buffer.from(text, 'base64').toString('utf8').trim()] as const)
      .filter(([, text]) => text !== ''),
  );

const foreign = (namespace: string): string =>
  `it is in the namespace ${namespace}; use one of the Canary's own, or of Headgate's`;
