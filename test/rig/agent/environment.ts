import type { ApiClient, Json, KubeObject } from '../api.ts';

/** A container refers to something that is not there; kubelet's words for it. */
export class MissingConfig extends Error {
  override readonly name = 'CreateContainerConfigError';
}

type Env = Record<string, string>;

/** The container's variables: envFrom, then env with valueFrom and $(NAME) resolved. Throws MissingConfig. */
export async function environmentOf(api: ApiClient, pod: KubeObject, container: Json): Promise<Env> {
  const env: Env = {};
  for (const source of container.envFrom ?? []) Object.assign(env, await whole(api, pod, source));
  for (const entry of container.env ?? []) {
    const value = entry.valueFrom ? await one(api, pod, entry) : expand(entry.value ?? '', env);
    if (value !== undefined) env[entry.name] = value;
  }
  return env;
}

/** Replaces $(NAME) by the variable; what is unknown stays as it is, as in Kubernetes. */
export function expand(text: string, env: Env): string {
  return text.replace(/\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)/g, (whole, name: string) => env[name] ?? whole);
}

async function whole(api: ApiClient, pod: KubeObject, source: Json): Promise<Env> {
  const prefix: string = source.prefix ?? '';
  const data = source.configMapRef
    ? await contents(api, pod, 'configmaps', source.configMapRef)
    : await contents(api, pod, 'secrets', source.secretRef);
  return Object.fromEntries(Object.entries(data ?? {}).map(([key, value]) => [prefix + key, value]));
}

async function one(api: ApiClient, pod: KubeObject, entry: Json): Promise<string | undefined> {
  const { fieldRef, configMapKeyRef, secretKeyRef } = entry.valueFrom;
  if (fieldRef) return field(pod, fieldRef.fieldPath);
  const ref = configMapKeyRef ?? secretKeyRef;
  if (!ref) return '0'; // resourceFieldRef: nothing is limited here
  const data = await contents(api, pod, configMapKeyRef ? 'configmaps' : 'secrets', ref);
  const value = data?.[ref.key];
  if (value === undefined && !ref.optional) throw new MissingConfig(`couldn't find key ${ref.key} in ${ref.name}`);
  return value;
}

/** The decoded keys of a ConfigMap or Secret; undefined when it is missing and may be. */
export async function contents(api: ApiClient, pod: KubeObject, plural: string, ref: Json): Promise<Env | undefined> {
  const object = await api.find(`/api/v1/namespaces/${pod.metadata.namespace}/${plural}/${ref.name}`);
  if (!object && ref.optional) return undefined;
  if (!object) throw new MissingConfig(`${plural.slice(0, -1)} "${ref.name}" not found`);
  if (plural === 'configmaps') return object['data'] ?? {};
  const decoded = Object.entries<string>(object['data'] ?? {}).map(([k, v]) => [
    k,
    Buffer.from(v, 'base64').toString(),
  ]);
  return Object.fromEntries(decoded);
}

/** The value of a downward API path such as `metadata.labels['app']`. */
export function field(pod: KubeObject, path: string): string | undefined {
  const keyed = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (keyed) return pod.metadata[keyed[1] ?? '']?.[keyed[2] ?? ''] ?? '';
  const value = path.split('.').reduce<Json>((object, key) => object?.[key], pod);
  return value === undefined ? undefined : String(value);
}
