import { readFile } from 'node:fs/promises';
import type { KubeConfig } from '@kubernetes/client-node';
import { ExecAuth } from '@kubernetes/client-node/dist/exec_auth.js';
import type { ChosenContext, KubeconfigUser } from './kubeconfig.ts';
import { bearer, type Headers, type Login, type TlsOptions } from './login.ts';

/** What a program or a plug-in adds. */
interface Given {
  headers: Record<string, string>;
  cert?: string | Buffer;
  key?: string | Buffer;
}

type Authenticate = (given: Given) => Promise<void>;

/** How the user of a context logs in. Each call reads its files again, and asks a program whose answer has run out. */
export function loginOf(context: ChosenContext): () => Promise<Login> {
  const authenticate = authenticateOf(context);
  return async () => {
    const given: Given = { headers: {} };
    await authenticate?.(given);
    const { headers, cert, key } = given;
    return {
      tls: { ...(await tlsOf(context)), ...(cert && { cert }), ...(key && { key }) },
      headers: { ...headers, ...(await headersOf(context.user)) },
    };
  };
}

/** By parts of the client library. They keep what they were answered. */
function authenticateOf({ cluster, user }: ChosenContext): Authenticate | undefined {
  if (user.authProvider) return byPlugin({ cluster, user });
  if (!user.exec) return undefined;
  const program = new ExecAuth();
  return (given) => program.applyAuthentication(user, given);
}

/** `auth-provider`, which kubectl has given up in favour of programs: nothing else needs the whole library. */
function byPlugin({ cluster, user }: ChosenContext): Authenticate {
  let config: KubeConfig | undefined;
  return async (given) => {
    const { KubeConfig: Config } = await import('@kubernetes/client-node');
    if (config === undefined) {
      config = new Config();
      config.loadFromClusterAndUser(cluster, user);
    }
    await config.applyToHTTPSOptions(given);
  };
}

async function tlsOf({ cluster, user }: ChosenContext): Promise<TlsOptions> {
  const [ca, cert, key] = await Promise.all([
    contentOf(cluster.caFile, cluster.caData),
    contentOf(user.certFile, user.certData),
    contentOf(user.keyFile, user.keyData),
  ]);
  const { tlsServerName: servername, skipTLSVerify } = cluster;
  return {
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(servername && { servername }),
    ...(skipTLSVerify && { rejectUnauthorized: false }),
  };
}

/** A file goes before what is in the kubeconfig itself, in base64. */
async function contentOf(file: string | undefined, data: string | undefined): Promise<Buffer | undefined> {
  if (file) return readFile(file);
  return data ? Buffer.from(data, 'base64') : undefined;
}

async function headersOf({
  impersonateUser,
  username,
  password,
  tokenFile,
  ...user
}: KubeconfigUser): Promise<Headers> {
  const token = tokenFile ? (await readFile(tokenFile, 'utf8')).trim() : user.token;
  return {
    ...(impersonateUser && { 'Impersonate-User': impersonateUser }),
    ...(token && bearer(token)),
    ...(username && { Authorization: `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}` }),
  };
}
