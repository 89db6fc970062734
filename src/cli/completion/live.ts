import { KINDS, pathOf } from '../../cluster/kinds.ts';
import type { KubeObject } from '../../rollout/kube.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import { access, type ClusterOptions, type Connection, connected } from '../connection.ts';
import type { Io } from '../io.ts';
import { viewOf } from '../view.ts';
import type { Candidate, ValueSource } from './candidates.ts';

/** Who waits for a completion does not wait long: for one call, and for all of it with a program that gives a token. */
const CALL_MS = 2_000;
const DEADLINE_MS = 4_000;
const MOST = 500;

/** Names from the cluster or the kubeconfig; none when they cannot be had in time. */
export async function live(io: Io, source: ValueSource, options: ClusterOptions): Promise<Candidate[]> {
  const late = new Promise<Candidate[]>((resolve) => {
    setTimeout(resolve, DEADLINE_MS, []).unref();
  });
  return Promise.race([ask(io, source, options).catch(() => []), late]);
}

async function ask(io: Io, source: ValueSource, options: ClusterOptions): Promise<Candidate[]> {
  switch (source) {
    case 'canaries':
      return connected(io, options, canaries);
    case 'namespaces':
      return connected(io, options, namespaces);
    case 'contexts':
      return contexts(io, options);
    case 'files':
      return [];
  }
}

async function canaries({ client, namespace }: Connection): Promise<Candidate[]> {
  const path = pathOf(KINDS.canaries, namespace);
  const { items } = await client.list<Canary>(path, { limit: MOST }, { deadlineMs: CALL_MS });
  return items.map(viewOf).map(({ name, phase = 'Pending' }) => ({ value: name, description: phase }));
}

async function namespaces({ client }: Connection): Promise<Candidate[]> {
  const path = pathOf(KINDS.namespaces);
  const { items } = await client.list<KubeObject>(path, { limit: MOST }, { deadlineMs: CALL_MS });
  return items.map(({ metadata }) => ({ value: metadata.name, description: '' }));
}

async function contexts(io: Io, options: ClusterOptions): Promise<Candidate[]> {
  const { contextNames } = await import('../../cluster/credentials.ts');
  const names = await contextNames(access(io, options));
  return names.map((value) => ({ value, description: '' }));
}
