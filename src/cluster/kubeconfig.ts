import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import {
  type Cluster,
  type Context,
  newClusters,
  newContexts,
  newUsers,
  type User,
} from '@kubernetes/client-node/dist/config_types.js';
import { parse } from 'yaml';

/**
 * What kubeconfig files say. The client library reads their entries, by its own file: as a whole it costs 75 MB and a
 * quarter of a second, for calls that are not made with it.
 */
export interface Kubeconfig {
  readonly clusters: Cluster[];
  readonly contexts: Context[];
  readonly users: KubeconfigUser[];
  readonly currentContext?: string;
}

export interface KubeconfigUser extends User {
  /** Absolute. The client library does not know this entry, with which a kubeconfig names a token that is renewed. */
  readonly tokenFile?: string;
}

/** One server, and as whom it is called. */
export interface ChosenContext {
  readonly cluster: Cluster;
  readonly namespace?: string;
  /** Nobody in particular, where no file has a user of the context's name. */
  readonly user: KubeconfigUser;
}

/** All files as one: of two entries of one name the first counts, as with kubectl. @throws Error of a file that is none */
export async function readKubeconfig(files: readonly string[]): Promise<Kubeconfig> {
  const read = await Promise.all(files.map(async (file) => kubeconfigOf(await readFile(file, 'utf8'), dirname(file))));
  const currentContext = read.find((one) => one.currentContext)?.currentContext;
  return {
    clusters: read.flatMap(({ clusters }) => clusters),
    contexts: read.flatMap(({ contexts }) => contexts),
    users: read.flatMap(({ users }) => users),
    ...(currentContext !== undefined && { currentContext }),
  };
}

/** The context of the name, or the current one; undefined where it, or its cluster, is not there. */
export function chooseContext(config: Kubeconfig, contextName = config.currentContext): ChosenContext | undefined {
  const context = config.contexts.find(({ name }) => name === contextName);
  const cluster = config.clusters.find(({ name }) => name === context?.cluster);
  if (context === undefined || cluster === undefined) return undefined;
  const user = config.users.find(({ name }) => name === context.user) ?? { name: '' };
  return { cluster, user, ...(context.namespace !== undefined && { namespace: context.namespace }) };
}

interface RawKubeconfig {
  clusters?: unknown;
  contexts?: unknown;
  users?: { user?: { tokenFile?: string } | null }[];
  'current-context'?: string;
}

/** @param dir from where relative paths lead on */
function kubeconfigOf(text: string, dir: string): Kubeconfig {
  const raw = (parse(text) ?? {}) as RawKubeconfig;
  const { 'current-context': currentContext } = raw;
  const users = newUsers(raw.users).map((user, index) => ({ ...user, ...tokenFileOf(raw.users?.[index], dir) }));
  return {
    clusters: newClusters(raw.clusters).map((cluster) => absolute(cluster, ['caFile'], dir)),
    contexts: newContexts(raw.contexts),
    users: users.map((user) => absolute(user, ['certFile', 'keyFile'], dir)),
    ...(currentContext && { currentContext }),
  };
}

const tokenFileOf = (raw: NonNullable<RawKubeconfig['users']>[number] | undefined, dir: string) =>
  raw?.user?.tokenFile ? { tokenFile: resolve(dir, raw.user.tokenFile) } : {};

function absolute<K extends string, T extends Partial<Record<K, string>>>(
  entry: T,
  fields: readonly K[],
  dir: string,
): T {
  const paths = fields.flatMap((field) => (entry[field] ? [[field, resolve(dir, entry[field])]] : []));
  return { ...entry, ...Object.fromEntries(paths) };
}
