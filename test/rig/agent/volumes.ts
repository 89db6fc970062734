import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ApiClient, Json, KubeObject } from '../api.ts';
import { contents, field } from './environment.ts';

/** A file or directory of this machine that the container sees at `target`. */
export interface Mount {
  source: string;
  target: string;
}

interface Content {
  api: ApiClient;
  pod: KubeObject;
}

type Files = Record<string, { text: string; mode?: number }>;

/**
 * Writes the volumes that a container mounts below `dir` and says where each belongs. The content is that of the
 * container's start; unlike kubelet this does not follow later changes. Throws when something is not there.
 */
export async function mountsOf(content: Content, container: Json, dir: string): Promise<Mount[]> {
  const volumes: Json[] = content.pod['spec'].volumes ?? [];
  const mounts: Mount[] = [];
  mkdirSync(join(dir, '.root'), { recursive: true });
  for (const { name, mountPath, subPath } of container.volumeMounts ?? []) {
    const volume = volumes.find((candidate) => candidate.name === name);
    const source = volume?.hostPath?.path ?? join(dir, name);
    if (!volume?.hostPath) write(source, await filesOf(content, volume ?? {}));
    mounts.push({ source: subPath ? join(source, subPath) : source, target: mountPath });
  }
  return mounts;
}

function write(dir: string, files: Files): void {
  mkdirSync(dir, { recursive: true });
  chmodSync(dir, 0o777);
  for (const [path, { text, mode }] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text, { mode: mode ?? 0o644 });
  }
}

async function filesOf(content: Content, volume: Json): Promise<Files> {
  const { configMap, secret, downwardAPI, projected } = volume;
  if (configMap) return keyed(content, 'configmaps', configMap.name, configMap);
  if (secret) return keyed(content, 'secrets', secret.secretName ?? secret.name, secret);
  if (downwardAPI) return downward(content.pod, downwardAPI.items ?? []);
  const parts = await Promise.all((projected?.sources ?? []).map((source: Json) => projection(content, source)));
  return Object.assign({}, ...parts); // an emptyDir has none
}

async function projection(content: Content, source: Json): Promise<Files> {
  const token = source.serviceAccountToken;
  return token ? { [token.path]: { text: await tokenOf(content, token) } } : filesOf(content, source);
}

async function keyed({ api, pod }: Content, plural: string, name: string, options: Json): Promise<Files> {
  const data = (await contents(api, pod, plural, { name, optional: options.optional })) ?? {};
  const items: Json[] = options.items ?? Object.keys(data).map((key) => ({ key, path: key }));
  return Object.fromEntries(items.map(({ key, path, mode }) => [path, { text: data[key] ?? '', mode }]));
}

function downward(pod: KubeObject, items: readonly Json[]): Files {
  const text = (item: Json): string => field(pod, item.fieldRef?.fieldPath ?? '') ?? '';
  return Object.fromEntries(items.map((item) => [item.path, { text: text(item) }]));
}

async function tokenOf({ api, pod }: Content, wanted: Json): Promise<string> {
  const { namespace, name, uid } = pod.metadata;
  const account = pod['spec'].serviceAccountName ?? 'default';
  const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name, uid };
  const audiences = wanted.audience ? { audiences: [wanted.audience] } : {};
  const spec = { expirationSeconds: wanted.expirationSeconds ?? 3_600, boundObjectRef, ...audiences };
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
  return (await api.create(path, { spec }))['status'].token;
}
