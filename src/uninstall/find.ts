import type { KubeClient } from '../cluster/client.ts';
import { isNotFound } from '../cluster/errors.ts';
import { KINDS, type Kind, pathOf } from '../cluster/kinds.ts';
import type { Canary } from '../dismantle/remains.ts';
import { CANARY_SUFFIX, ENROLLED, HELD, ROLE, ROLLING } from '../rollout/keys.ts';
import type { Deployment, KubeObject } from '../rollout/kube.ts';
import { madeFor } from '../rollout/workload.ts';

const PAGE = 250;

/** `namespace/name` of every Deployment that bears Headgate's state, or for which something is there that Headgate made. */
export async function findKeys(client: KubeClient): Promise<string[]> {
  const keys = new Set<string>();
  for await (const deployment of deployments(client)) if (isTouched(deployment)) keys.add(keyOf(deployment));
  for (const kind of [KINDS.services, KINDS.virtualservices, KINDS.destinationrules]) {
    for (const object of await listed(client, kind, ROLE)) keys.add(keyOf(object));
  }
  for (const record of await listed(client, KINDS.canaries)) if (madeFor(record)) keys.add(keyOf(record));
  return [...keys].toSorted();
}

/** Canaries that somebody wrote, and that still tell of releases. */
export async function findWritten(client: KubeClient): Promise<Canary[]> {
  const records: Canary[] = await listed(client, KINDS.canaries);
  return records.filter((record) => !madeFor(record) && record.status !== undefined);
}

function isTouched({ metadata: { labels, annotations } }: Deployment): boolean {
  const noted = annotations?.[HELD] !== undefined || annotations?.[ROLLING] !== undefined;
  return noted || labels?.[ENROLLED] !== undefined || labels?.[ROLE] !== undefined;
}

/** Page by page: there may be many, of which few are ours. */
async function* deployments(client: KubeClient): AsyncGenerator<Deployment> {
  let next: string | undefined;
  do {
    const query = { limit: PAGE, ...(next !== undefined && { continue: next }) };
    const page = await client.list<Deployment>(pathOf(KINDS.deployments), query);
    yield* page.items;
    next = page.continue;
  } while (next !== undefined);
}

/** A kind that is not installed has no objects. */
async function listed(client: KubeClient, kind: Kind, labelSelector?: string): Promise<KubeObject[]> {
  const query = labelSelector === undefined ? {} : { labelSelector };
  const page = await client.listAll(pathOf(kind), query).catch((error: unknown) => {
    if (isNotFound(error)) return { items: [] };
    throw error;
  });
  return page.items;
}

/** The Deployment that an object is for: what is generated is owned by it, and some has its name with a suffix. */
function keyOf(object: KubeObject): string {
  const { namespace = '', name, labels } = object.metadata;
  const own =
    labels?.[ROLE] !== undefined && name.endsWith(CANARY_SUFFIX) ? name.slice(0, -CANARY_SUFFIX.length) : name;
  return `${namespace}/${madeFor(object) ?? own}`;
}
