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

/** One of the places where a pod refers to an object. */
export interface ConfigPlace extends ConfigReference {
  /** JSON pointer to the name, from the pod on. */
  path: string;
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
 * Every ConfigMap and Secret whose content the pods of a template run on, each once, in order of their keys. One that only some
 * references call optional is not.
 */
export function referencesOf(template: Pick<PodTemplate, 'spec'>): ConfigReference[] {
  const found = new Map<string, ConfigReference>();
  for (const { path: _, ...reference } of placesOf(template)) {
    const key = configKey(reference);
    found.set(key, { ...reference, optional: reference.optional && (found.get(key)?.optional ?? true) });
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, reference]) => reference);
}

/** Where pods refer to ConfigMaps and Secrets: volumes, projected ones too, and variables, of containers and init containers. */
export function placesOf({ spec }: Pick<PodTemplate, 'spec'>): ConfigPlace[] {
  return [
    ...each('/spec/volumes', spec.volumes as VolumeSources[] | null | undefined, inVolume),
    ...each('/spec/initContainers', spec.initContainers, inContainer),
    ...each('/spec/containers', spec.containers, inContainer),
  ];
}

const each = <T>(
  path: string,
  list: readonly T[] | null | undefined,
  places: (path: string, item: T) => ConfigPlace[],
): ConfigPlace[] => (list ?? []).flatMap((item, index) => places(`${path}/${index}`, item));

function inVolume(path: string, volume: VolumeSources): ConfigPlace[] {
  return [...inSource(path, volume), ...each(`${path}/projected/sources`, volume.projected?.sources, inSource)];
}

const inSource = (path: string, { configMap, secret }: Omit<VolumeSources, 'projected'>): ConfigPlace[] => [
  ...named('configmap', `${path}/configMap`, configMap),
  ...named('secret', `${path}/secret`, secret),
];

function inContainer(path: string, container: Container): ConfigPlace[] {
  const { env, envFrom } = container as EnvironmentSources;
  return [
    ...each(`${path}/env`, env, (at, { valueFrom }) => [
      ...named('configmap', `${at}/valueFrom/configMapKeyRef`, valueFrom?.configMapKeyRef),
      ...named('secret', `${at}/valueFrom/secretKeyRef`, valueFrom?.secretKeyRef),
    ]),
    ...each(`${path}/envFrom`, envFrom, (at, { configMapRef, secretRef }) => [
      ...named('configmap', `${at}/configMapRef`, configMapRef),
      ...named('secret', `${at}/secretRef`, secretRef),
    ]),
  ];
}

function named(kind: ConfigKind, path: string, source: NamedSource | undefined): ConfigPlace[] {
  const field = source?.name === undefined ? 'secretName' : 'name';
  const name = source?.[field];
  return name ? [{ kind, name, optional: source?.optional === true, path: `${path}/${field}` }] : [];
}
