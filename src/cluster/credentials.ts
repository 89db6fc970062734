import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { AppError } from '../errors.ts';
import { masked } from '../rollout/spec/wording/masked.ts';
import { type ChosenContext, chooseContext, readKubeconfig } from './kubeconfig.ts';
import { loginOf } from './kubeconfig-login.ts';
import { bearer, type Headers, type TlsOptions } from './login.ts';

/** How to reach one API server, and as whom. */
export interface Credentials {
  /** URL without a slash at the end; may have a path. */
  readonly server: string;
  /** Of the kubeconfig's context, or of the pod. */
  readonly namespace?: string;
  readonly tls: TlsOptions;
  /** Headers that say who calls. Read again at most 60 s later, or at once when `fresh` (after a 401). */
  headers(fresh: boolean): Promise<Headers>;
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

/** What a pod needs is three files. */
async function podCredentials(server: string, dir: string): Promise<Credentials> {
  const text = async (file: string) => (await readFile(join(dir, file), 'utf8')).trim();
  const headers = reread(async () => bearer(await text('token')));
  await headers(true);
  const namespace = await text('namespace').catch(() => undefined);
  return { server, tls: { ca: await text('ca.crt') }, headers, ...(namespace && { namespace }) };
}

async function fileCredentials(paths: string, contextName: string | undefined): Promise<Credentials> {
  const files = filesOf(paths);
  if (files.length === 0) throw new Error(`not in a pod, and there is no kubeconfig at ${paths}`);
  const config = await readKubeconfig(files);
  const context = chooseContext(config, contextName);
  if (context === undefined) {
    throw new Error(`${paths} has no context ${JSON.stringify(contextName ?? config.currentContext)} with a cluster`);
  }
  checkCluster(context.cluster, paths);
  const login = loginOf(context);
  const { tls } = await login();
  const { cluster, namespace } = context;
  return {
    server: cluster.server,
    tls,
    headers: reread(async () => (await login()).headers),
    ...(namespace && { namespace }),
  };
}

/** @throws Error that does not show the URL: it may have a password in it. */
function checkCluster({ name, server, proxyUrl, skipTLSVerify }: ChosenContext['cluster'], paths: string): void {
  if (proxyUrl) throw new Error(`proxy-url is not supported (cluster ${name} in ${paths})`);
  const where = `the server of cluster ${name} in ${paths}`;
  if (server.includes('@')) {
    throw new Error(`${where} has a user or a password in its URL; write them under users, as username and password`);
  }
  if (!URL.canParse(server)) throw new Error(`${where} is no URL`);
  if (server.startsWith('http:') && !skipTLSVerify)
    throw new Error(
      `${where} is called without TLS; where that is meant, set insecure-skip-tls-verify: true beside it`,
    );
}

/** Names of all contexts of a kubeconfig. */
export async function contextNames({ kubeconfig = usualKubeconfig() }: CredentialSources): Promise<string[]> {
  const { contexts } = await readKubeconfig(filesOf(kubeconfig));
  return [...new Set(contexts.map(({ name }) => name))];
}

const usualKubeconfig = (): string => join(homedir(), '.kube', 'config');

const filesOf = (paths: string): string[] => paths.split(delimiter).filter((file) => file !== '' && existsSync(file));

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
