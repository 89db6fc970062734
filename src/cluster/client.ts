import type { KubeObject } from '../rollout/kube.ts';
import { listIn, objectIn, type RawList } from './answer.ts';
import { isExpired, isNotFound } from './errors.ts';
import { type Query, Transport, type TransportOptions } from './transport.ts';

export interface ListQuery {
  labelSelector?: string;
  fieldSelector?: string;
  /** Objects per page. */
  limit?: number;
  /** Where the next page begins, from the page before. */
  continue?: string;
}

export interface Page<T> {
  items: T[];
  resourceVersion: string;
  /** Left out on the last page. */
  continue?: string;
}

/** How a call may be cut short: by the caller, or by its deadline (default 10 s). */
export interface CallOptions {
  signal?: AbortSignal;
  deadlineMs?: number;
}

export interface ReadingOptions extends CallOptions {
  /** Of each object its metadata alone. */
  metadataOnly?: boolean | undefined;
}

export interface WriteOptions extends CallOptions {
  /** Such as `status` or `scale`. */
  subresource?: string;
  /** Default: the user agent up to its slash. */
  fieldManager?: string;
  dryRun?: boolean;
}

export interface PatchOptions extends WriteOptions {
  /** Server-side apply only: take fields from other managers. */
  force?: boolean;
}

export interface DeleteOptions extends CallOptions {
  /** Delete only the object of this uid, or at this resourceVersion; otherwise 409. */
  uid?: string;
  resourceVersion?: string;
  propagation?: 'Background' | 'Foreground' | 'Orphan';
}

/** Strategic merge is left out: custom resources refuse it. */
export type PatchType = 'json' | 'merge' | 'apply';

const PATCH_MEDIA = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const satisfies Record<PatchType, string>;

const PAGE_SIZE = 500;

/**
 * The Kubernetes API with paths in and raw JSON out (pathOf makes the paths). Every call throws KubeError when it does
 * not succeed. Reads are repeated while the server is busy or gone, writes never.
 */
export class KubeClient {
  readonly #transport: Transport;
  readonly #manager: string;

  constructor(options: TransportOptions) {
    this.#transport = new Transport(options);
    this.#manager = options.userAgent.split('/', 1)[0] ?? options.userAgent;
  }

  async get<T extends KubeObject = KubeObject>(path: string, options: CallOptions = {}): Promise<T> {
    return objectIn<T>(path, await this.#transport.send({ verb: 'get', path, ...options }));
  }

  /**
   * What an API behind the API server answers, whatever it is.
   * @param resource what the metrics of requests call it: the path is a user's
   */
  getAnswer(path: string, resource: string): Promise<unknown> {
    return this.#transport.send({ verb: 'get', path, resource });
  }

  /** Like get, but undefined when it is not there. */
  find<T extends KubeObject = KubeObject>(path: string, options: CallOptions = {}): Promise<T | undefined> {
    return this.get<T>(path, options).catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
  }

  /** One page: all objects, unless there is a limit. */
  async list<T extends KubeObject = KubeObject>(
    path: string,
    query: ListQuery = {},
    options: ReadingOptions = {},
  ): Promise<Page<T>> {
    const answer = await this.#transport.send({ verb: 'list', path, query: { ...query }, ...options });
    return pageOf(listIn<T>(path, answer, options));
  }

  /** All pages, as one state of the world (that of the first page). */
  async listAll<T extends KubeObject = KubeObject>(
    path: string,
    query: ListQuery = {},
    options: ReadingOptions = {},
  ): Promise<Page<T>> {
    try {
      return await this.#pages<T>(path, { limit: PAGE_SIZE, ...query }, options);
    } catch (error) {
      // The state of the first page was compacted away before the last was read: then all at once.
      if (isExpired(error)) return this.list<T>(path, query, options);
      throw error;
    }
  }

  create<T extends KubeObject = KubeObject>(path: string, body: T, options: WriteOptions = {}): Promise<T> {
    return this.#write<T>('create', path, options, { body });
  }

  /** With a resourceVersion in the body: 409 if the object is no more at it. */
  replace<T extends KubeObject = KubeObject>(path: string, body: T, options: WriteOptions = {}): Promise<T> {
    return this.#write<T>('update', path, options, { body });
  }

  /**
   * A JSON Patch (`json`: a list of operations; a `test` that fails is a 422, see isLostRace), a merge patch (a
   * resourceVersion in it that is no more current is a 409) or a server-side apply.
   */
  patch<T extends KubeObject = KubeObject>(
    path: string,
    type: PatchType,
    body: object,
    options: PatchOptions = {},
  ): Promise<T> {
    const { force, ...rest } = options;
    const query = { force: type === 'apply' ? force : undefined };
    return this.#write<T>('patch', path, rest, { body, mediaType: PATCH_MEDIA[type], query });
  }

  async delete(path: string, options: DeleteOptions = {}): Promise<void> {
    const { uid, resourceVersion, propagation, ...call } = options;
    const preconditions = uid || resourceVersion ? { uid, resourceVersion } : undefined;
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions, propagationPolicy: propagation };
    await this.#transport.send({ verb: 'delete', path, body, ...call });
  }

  /** The bytes of a watch, until the server ends it, the connection breaks or the signal aborts (both throw). */
  watch(
    path: string,
    query: Query,
    options: ReadingOptions & { signal: AbortSignal },
  ): Promise<AsyncIterable<Uint8Array>> {
    const { signal, metadataOnly } = options;
    return this.#transport.stream({ verb: 'watch', path, query: { ...query, watch: true }, signal, metadataOnly });
  }

  /** Breaks off all calls and watches. */
  close(): Promise<void> {
    return this.#transport.close();
  }

  async #write<T extends KubeObject>(
    verb: 'create' | 'update' | 'patch',
    path: string,
    { subresource, fieldManager = this.#manager, dryRun, ...call }: WriteOptions,
    { query, ...content }: { body: object; mediaType?: string; query?: Query },
  ): Promise<T> {
    const full = subresource ? `${path}/${subresource}` : path;
    const allQuery = { ...query, fieldManager, dryRun: dryRun ? 'All' : undefined };
    return objectIn<T>(path, await this.#transport.send({ verb, path: full, query: allQuery, ...content, ...call }));
  }

  async #pages<T extends KubeObject>(path: string, query: ListQuery, options: ReadingOptions): Promise<Page<T>> {
    const first = await this.list<T>(path, query, options);
    const items = first.items;
    for (let next = first.continue; next !== undefined; ) {
      const page = await this.list<T>(path, { ...query, continue: next }, options);
      for (const item of page.items) items.push(item);
      next = page.continue;
    }
    return { items, resourceVersion: first.resourceVersion };
  }
}

/** A list names apiVersion and kind once for all; each object gets them, as it has them everywhere else. */
function pageOf<T extends KubeObject>({ apiVersion, kind, metadata = {}, items }: RawList<T>): Page<T> {
  const type = { ...(apiVersion && { apiVersion }), kind: kind.replace(/List$/, '') };
  return {
    items: (items ?? []).map((item) => ({ ...type, ...item })),
    resourceVersion: metadata.resourceVersion ?? '',
    ...(metadata.continue && { continue: metadata.continue }),
  };
}
