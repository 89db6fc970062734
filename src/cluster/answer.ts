import type { KubeObject } from '../rollout/kube.ts';
import { KubeError } from './errors.ts';

export interface RawList<T> {
  apiVersion?: string;
  kind: string;
  metadata?: { resourceVersion?: string; continue?: string };
  items?: T[] | null;
}

/** What a path is about. */
interface Wanted {
  apiVersion: string;
  plural: string;
  /** Empty for a collection. */
  name: string;
}

function wantedBy(path: string): Wanted {
  const [root, ...rest] = path.split('/').filter(Boolean).map(decodeURIComponent);
  const [group = '', version = ''] = rest;
  const apiVersion = root === 'api' ? group : `${group}/${version}`;
  const place = rest.slice(root === 'api' ? 1 : 2);
  const [plural = '', name = ''] = place[0] === 'namespaces' && place.length > 2 ? place.slice(2) : place;
  return { apiVersion, plural, name };
}

/** Kubernetes' plurals are the kind in small letters, but for their end: `policies`, `ingresses`. */
const isOfKind = (kind: unknown, plural: string): boolean =>
  typeof kind === 'string' && kind.length > 1 && plural.startsWith(kind.toLowerCase().slice(0, -1));

/** What is said of an object; a list leaves both out in its items. */
interface TypeWords {
  apiVersion?: unknown;
  kind?: unknown;
}

/** How objects were asked for. */
interface Asked {
  metadataOnly?: boolean | undefined;
}

/** Metadata alone comes as objects of a kind of its own. */
const isMetadata = ({ apiVersion, kind }: TypeWords): boolean =>
  apiVersion === 'meta.k8s.io/v1' && kind === 'PartialObjectMetadata';

/** Whether an object may be what a path is about: what says nothing of itself is taken for it. */
export function isAbout(path: string, words: TypeWords, { metadataOnly = false }: Asked = {}): boolean {
  const { apiVersion, kind } = words;
  if (metadataOnly && isMetadata(words)) return true;
  const wanted = wantedBy(path);
  const isOfVersion = apiVersion === undefined || apiVersion === wanted.apiVersion;
  return isOfVersion && (kind === undefined || isOfKind(kind, wanted.plural));
}

const unreadable = (path: string): KubeError =>
  new KubeError(`${path}: the answer is JSON, but not what was asked for`, { code: 'KUBE_UNREADABLE' });

const partsOf = (answer: unknown): Record<string, unknown> =>
  typeof answer === 'object' && answer !== null ? { ...answer } : {};

/**
 * A cache, a proxy or a gateway between may answer 200 with anything: what is taken for an object must be it.
 * @throws KubeError KUBE_UNREADABLE
 */
export function objectIn<T extends KubeObject>(path: string, answer: unknown): T {
  const { metadata, ...object } = partsOf(answer);
  const { name } = wantedBy(path);
  const isNamed = name === '' || partsOf(metadata)['name'] === name;
  if (typeof metadata !== 'object' || metadata === null || !isNamed || !isAbout(path, object)) throw unreadable(path);
  return answer as T;
}

/** What is no list would be taken for an empty one, and all objects for deleted. @throws KubeError KUBE_UNREADABLE */
export function listIn<T>(path: string, answer: unknown, asked: Asked = {}): RawList<T> {
  const { apiVersion, kind, items } = partsOf(answer);
  const isList = typeof kind === 'string' && kind.endsWith('List');
  const hasItems = Array.isArray(items) || items === undefined || items === null;
  if (!isList || !hasItems || !isAbout(path, { apiVersion, kind: kind.slice(0, -'List'.length) }, asked))
    throw unreadable(path);
  return answer as RawList<T>;
}
