import type { KubeClient } from '../cluster/client.ts';
import { type KubernetesAccess, loadConfig } from '../config.ts';
import type { Io } from './io.ts';

/** Options that every command with a cluster takes. */
export interface ClusterOptions {
  kubeconfig?: string;
  context?: string;
  namespace?: string;
}

export interface Connection {
  client: KubeClient;
  /** The one asked for, else that of the context, else `default`. */
  namespace: string;
}

/** Runs with a connection that is closed afterwards. @throws AppError CREDENTIALS_UNUSABLE */
export async function connected<T>(
  io: Pick<Io, 'env' | 'version'>,
  options: ClusterOptions,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  // Not at start: commands without a cluster are to be quick.
  const [{ KubeClient }, { loadCredentials }] = await Promise.all([
    import('../cluster/client.ts'),
    import('../cluster/credentials.ts'),
  ]);
  const { context } = options;
  const credentials = await loadCredentials({ ...access(io, options), ...(context && { context }) });
  const client = new KubeClient({ credentials, userAgent: `headgate-cli/${io.version}`, connections: 4 });
  try {
    return await use({ client, namespace: options.namespace ?? credentials.namespace ?? 'default' });
  } finally {
    await client.close();
  }
}

/** The part of the configuration that a client needs: what is wrong with the rest is none of its business. */
export function access({ env }: Pick<Io, 'env'>, { kubeconfig }: ClusterOptions): KubernetesAccess {
  const { KUBECONFIG, KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT } = env;
  const { kubernetes } = loadConfig({ KUBECONFIG, KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT });
  return { ...kubernetes, ...(kubeconfig && { kubeconfig }) };
}
