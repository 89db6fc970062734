import type { Container, PodTemplate } from '../kube.ts';

/** Kinds of objects whose content pods run on, as pins and the API name them. */
export const CONFIG_KINDS = ['configmap', 'secret'] as const;
export type ConfigKind = (typeof CONFIG_KINDS)[number];

/** Which object, in the namespace of the pods. */
export interface ConfigName {
  kind: ConfigKind;
  name: string;
}

/** That pods run on the content of an object. */
export interface ConfigReference extends ConfigName {
  /** Pods start without it. */
  optional: boolean;
}

/** What both kinds are known by: `configmap/app`. */
export const configKey = ({ kind, name }: ConfigName): string => `${kind}/${name}`;

/** Its name stands under `name`; in the volume of a Secret, under `secretName`. */
interface NamedSource {
  name?: string;
  secretName?: string;
  optional?: boolean;
}

interface VolumeSources {
  configMap?: NamedSource;
  secret?: NamedSource;
  projected?: { sources?: { configMap?: NamedSource; secret?: NamedSource }[] | null };
}

interface EnvironmentSources {
  env?: { valueFrom?: { configMapKeyRef?: NamedSource; secretKeyRef?: NamedSource } }[] | null;
  envFrom?: { configMapRef?: NamedSource; secretRef?: NamedSource }[] | null;
}

/**
 * Every ConfigMap and Secret whose content the pods of a template run on, each once, in order of their keys: volumes, projected
 * ones too, and variables, of containers and init containers. One that only some references call optional is not.
 */
export function referencesOf({ spec }: PodTemplate): ConfigReference[] {
  const volumes = (spec.volumes ?? []).flatMap((volume) => inVolume(volume as VolumeSources));
  const variables = [...(spec.initContainers ?? []), ...(spec.containers ?? [])].flatMap(inContainer);
  const found = new Map<string, ConfigReference>();
  for (const reference of [...volumes, ...variables]) {
    const key = configKey(reference);
    found.set(key, { ...reference, optional: reference.optional && (found.get(key)?.optional ?? true) });
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, reference]) => reference);
}

function inVolume(volume: VolumeSources): ConfigReference[] {
  const projected = volume.projected?.sources ?? [];
  return [volume, ...projected].flatMap(({ configMap, secret }) => [
    ...named('configmap', configMap),
    ...named('secret', secret),
  ]);
}

function inContainer(container: Container): ConfigReference[] {
  const { env, envFrom } = container as EnvironmentSources;
  return [
    ...(env ?? []).flatMap(({ valueFrom }) => [
      ...named('configmap', valueFrom?.configMapKeyRef),
      ...named('secret', valueFrom?.secretKeyRef),
    ]),
    ...(envFrom ?? []).flatMap(({ configMapRef, secretRef }) => [
      ...named('configmap', configMapRef),
      ...named('secret', secretRef),
    ]),
  ];
}

function named(kind: ConfigKind, source: NamedSource | undefined): ConfigReference[] {
  const name = source?.name ?? source?.secretName;
  return name ? [{ kind, name, optional: source?.optional === true }] : [];
}
