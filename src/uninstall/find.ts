import type { KubeClient } from '../cluster/client.ts';
import { isNotFound } from '../cluster/errors.ts';
import { KINDS, pathOf } from '../cluster/kinds.ts';
import { type Coverage, collectionsIn, inPages, type Namespaces } from '../cluster/namespaces.ts';
import { ENROLLED, HELD, ROLE, ROLLING } from '../rollout/keys.ts';
import type { Deployment, KubeObject } from '../rollout/kube.ts';
import type { Canary } from '../rollout/machine/canary.ts';
import { stemOf } from '../rollout/names.ts';
import type { Kind } from '../rollout/object-change.ts';
import { madeFor } from '../rollout/workload/generated.ts';
import type { TrafficProvider } from '../traffic/provider.ts';

/** Where to look. */
interface Ground {
  client: KubeClient;
  provider: TrafficProvider;
  namespaces: Namespaces;
}

/** What was enrolled before its namespace was excluded is found too. */
const coverageOf = ({ namespaces }: Pick<Ground, 'namespaces'>): Coverage => ({ namespaces, excludedNamespaces: [] });

/**
 * Those of the namespaces that are still there: the rights in one that was deleted went with it. Undefined when none is, as
 * an empty list would be the whole cluster.
 */
export async function standing({ client, namespaces }: Omit<Ground, 'provider'>): Promise<Namespaces | undefined> {
  const found = await Promise.all(namespaces.map((name) => client.find(pathOf(KINDS.namespaces, undefined, name))));
  const left = namespaces.filter((_, index) => found[index] !== undefined);
  return namespaces.length > 0 && left.length === 0 ? undefined : left;
}

/** `namespace/name` of every Deployment that bears Headgate's state, or for which something is there that Headgate made. */
export async function findKeys(ground: Ground): Promise<string[]> {
  const keys = new Set<string>();
  const deployments = inPages<Deployment>(ground.client, KINDS.deployments, coverageOf(ground));
  for await (const deployment of deployments) if (isTouched(deployment)) keys.add(targetKey(deployment));
  // What is only referred to is never labelled, and may not be listed.
  const sources = ground.provider.sources.filter(({ others }) => others !== 'referenced');
  for (const kind of [KINDS.services, KINDS.poddisruptionbudgets, ...sources.map((source) => source.kind)]) {
    for (const object of await listedObjects(ground, kind, ROLE)) keys.add(targetKey(object));
  }
  for (const record of await listedObjects<Canary>(ground, KINDS.canaries))
    if (madeFor(record)) keys.add(targetKey(record));
  return [...keys].toSorted();
}

/** Canaries that somebody wrote, and that still tell of releases. */
export async function findWritten(ground: Omit<Ground, 'provider'>): Promise<Canary[]> {
  const records = await listedObjects<Canary>(ground, KINDS.canaries);
  return records.filter((record) => !madeFor(record) && record.status !== undefined);
}

function isTouched({ metadata: { labels, annotations } }: Deployment): boolean {
  const noted = annotations?.[HELD] !== undefined || annotations?.[ROLLING] !== undefined;
  return noted || labels?.[ENROLLED] !== undefined || labels?.[ROLE] !== undefined;
}

/** A kind that is not installed has no objects. */
export async function listedObjects<T extends KubeObject>(
  { client, namespaces }: Omit<Ground, 'provider'>,
  kind: Kind,
  labelSelector?: string,
): Promise<T[]> {
  const query = labelSelector === undefined ? {} : { labelSelector };
  const pages = collectionsIn(coverageOf({ namespaces })).map(({ namespace }) =>
    client.listAll<T>(pathOf(kind, namespace), query).catch((error: unknown) => {
      if (isNotFound(error)) return { items: [] };
      throw error;
    }),
  );
  return (await Promise.all(pages)).flatMap(({ items }) => items);
}

/** The Deployment that an object is for: what is generated is owned by it, and some has its name with a suffix. */
function targetKey(object: KubeObject): string {
  const { namespace = '', name, labels } = object.metadata;
  const own = labels?.[ROLE] === undefined ? name : stemOf(name);
  return `${namespace}/${madeFor(object) ?? own}`;
}
