import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import type { Cluster, KubeConfig } from '@kubernetes/client-node';
import { parse } from 'yaml';
import { AppError } from '../errors.ts';
import { masked } from '../rollout/spec/wording/masked.ts';

/** How to reach one API server, and as whom. */
export interface Credentials {
  /** URL without a slash at the end; may have a path. */
  readonly server: string;
  /** Of the kubeconfig's context, or of the pod. */
  readonly namespace?: string;
  readonly tls: TlsOptions;
  /** Headers that say who calls. Read again at most 60 s later, or at once when `fresh` (after a 401). */
  headers(fresh: boolean): Promise<Readonly<Record<string, string>>>;
}

export interface TlsOptions {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

export interface CredentialSources {
  /** One path, or several with the system's delimiter. */
  kubeconfig?: string;
  /** URL of the API server as the pod is told it. */
  inCluster?: string;
  /** Of the kubeconfig; default: its current one. */
  context?: string;
  /** Where a pod finds its account. */
  accountDir?: string;
}

const ACCOUNT_DIR = '/var/run/secrets/kubernetes.io/serviceaccount';
const REREAD_MS = 60_000;

/** The given kubeconfig, else the pod's account, else `~/.kube/config`. @throws AppError CREDENTIALS_UNUSABLE */
export async function loadCredentials(sources: CredentialSources): Promise<Credentials> {
  const { kubeconfig, inCluster, context, accountDir = ACCOUNT_DIR } = sources;
  try {
    if (kubeconfig === undefined && inCluster !== undefined) return await podCredentials(inCluster, accountDir);
    return await fileCredentials(kubeconfig ?? usualKubeconfig(), context);
  } catch (cause) {
    // The first line: after it a reader of YAML quotes the file, where the tokens are.
    const [why = ''] = masked(cause instanceof Error ? cause.message : String(cause)).split('\n');
    throw new AppError('CREDENTIALS_UNUSABLE', `no way into the Kubernetes API: ${why}`, { cause });
  }
}

/** Without the client library, whose import costs 90 MB and half a second: what a pod needs is three files. */
async function podCredentials(server: string, dir: string): Promise<Credentials> {
  const text = async (file: string) => (await readFile(join(dir, file), 'utf8')).trim();
  const headers = reread(async () => bearer(await text('token')));
  await headers(true);
  const namespace = await text('namespace').catch(() => undefined);
  return { server, tls: { ca: await text('ca.crt') }, headers, ...(namespace && { namespace }) };
}

/** Through the client library, which knows certificates, tokens, exec plugins and OIDC. */
async function fileCredentials(paths: string, contextName: string | undefined): Promise<Credentials> {
  const files = filesOf(paths);
  const config = await mergedConfig(files, paths);
  if (contextName !== undefined) config.setCurrentContext(contextName);
  const context = config.getContextObject(config.getCurrentContext());
  const cluster = config.getCurrentCluster();
  if (context === null || cluster === null) {
    throw new Error(`${paths} has no context ${JSON.stringify(config.getCurrentContext())} with a cluster`);
  }
  if (cluster.proxyUrl) throw new Error(`proxy-url is not supported (cluster ${cluster.name} in ${paths})`);
  checkServer(cluster, paths);
  const { headers: _, ...tls } = await secured(config);
  const tokenFile = tokenFileOf(files, context.user);
  const read = tokenFile
    ? async () => bearer((await readFile(tokenFile, 'utf8')).trim())
    : async () => (await secured(config)).headers;
  const namespace = context.namespace;
  return { server: cluster.server.replace(/\/$/, ''), tls, headers: reread(read), ...(namespace && { namespace }) };
}

/** @throws Error that does not show the URL: it may have a password in it. */
function checkServer({ name, server }: Pick<Cluster, 'name' | 'server'>, paths: string): void {
  const where = `the server of cluster ${name} in ${paths}`;
  if (server.includes('@')) {
    throw new Error(`${where} has a user or a password in its URL; write them under users, as username and password`);
  }
  if (!URL.canParse(server)) throw new Error(`${where} is no URL`);
}

/** Names of all contexts of a kubeconfig, without the client library: who asks for them waits at a prompt. */
export async function contextNames({ kubeconfig = usualKubeconfig() }: CredentialSources): Promise<string[]> {
  const texts = await Promise.all(filesOf(kubeconfig).map((file) => readFile(file, 'utf8')));
  const names = texts.flatMap((text) => (parse(text) as RawContexts).contexts?.map(({ name }) => name) ?? []);
  return [...new Set(names)];
}

interface RawContexts {
  contexts?: { name: string }[];
}

const usualKubeconfig = (): string => join(homedir(), '.kube', 'config');

const filesOf = (paths: string): string[] => paths.split(delimiter).filter((file) => file !== '' && existsSync(file));

async function mergedConfig(files: string[], paths: string): Promise<KubeConfig> {
  const { KubeConfig: Loader } = await import('@kubernetes/client-node');
  const [first, ...others] = files.map((file) => {
    const config = new Loader();
    config.loadFromFile(file);
    return config;
  });
  if (first === undefined) throw new Error(`not in a pod, and there is no kubeconfig at ${paths}`);
  for (const other of others) first.mergeConfig(other, true);
  return first;
}

/** What the client library would put on a request. */
async function secured(config: KubeConfig): Promise<TlsOptions & { headers: Record<string, string> }> {
  const options: TlsOptions & { headers: Record<string, string>; auth?: string; agent?: unknown } = { headers: {} };
  await config.applyToHTTPSOptions(options);
  const { headers, auth, ca, cert, key, servername, rejectUnauthorized } = options;
  const basic = auth ? { Authorization: `Basic ${Buffer.from(auth).toString('base64')}` } : {};
  return {
    headers: { ...headers, ...basic },
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(servername && { servername }),
    ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
  };
}

interface RawUsers {
  users?: { name: string; user?: { token?: string; tokenFile?: string } }[];
}

/** The client library does not know `tokenFile`, with which a kubeconfig names a token that is renewed. */
function tokenFileOf(files: string[], userName: string): string | undefined {
  for (const file of files) {
    const { users = [] } = parse(readFileSync(file, 'utf8')) as RawUsers;
    const path = users.find(({ name }) => name === userName)?.user?.tokenFile;
    if (path) return resolve(dirname(file), path);
  }
  return undefined;
}

const bearer = (token: string): Record<string, string> => ({ Authorization: `Bearer ${token}` });

/** The value, at most 60 s old. A read that fails leaves the old value in force: a token outlives its file for a while. */
function reread<T>(read: () => Promise<T>): (fresh: boolean) => Promise<T> {
  let last: { value: T; at: number } | undefined;
  return async (fresh) => {
    const now = performance.now();
    if (last !== undefined && !fresh && now - last.at < REREAD_MS) return last.value;
    try {
      last = { value: await read(), at: now };
    } catch (error) {
      if (last === undefined) throw error;
      last.at = now;
    }
    return last.value;
  };
}
