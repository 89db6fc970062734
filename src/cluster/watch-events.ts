import { AppError } from '../errors.ts';
import type { KubeObject } from '../rollout/kube.ts';
import { isAbout } from './answer.ts';
import type { KubeClient } from './client.ts';
import { KubeError, refusal } from './errors.ts';
import { LineSplitter } from './lines.ts';
import type { Query } from './transport.ts';

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  /** For a bookmark only metadata.resourceVersion and annotations count. */
  object: KubeObject;
}

export interface WatchRequest {
  client: Pick<KubeClient, 'watch'>;
  path: string;
  query: Query;
  signal: AbortSignal;
  metadataOnly?: boolean | undefined;
  /** Silence that counts as a broken connection. */
  idleMs: number;
  /** It is open: what comes now comes at once. */
  onOpen?: () => void;
}

/**
 * The events of one watch, until the server ends it.
 * @throws KubeError refused, by HTTP status or by an ERROR event; or the connection broke
 * @throws AppError WATCH_SILENT, WATCH_BROKEN
 * @throws the signal's reason
 */
export async function* watchEvents(request: WatchRequest): AsyncGenerator<WatchEvent> {
  const { client, path, query, signal, metadataOnly, idleMs, onOpen } = request;
  const silence = new AbortController();
  const silent = () => silence.abort(new AppError('WATCH_SILENT', `watch ${path}: silent for ${idleMs} ms`));
  const timer = setTimeout(silent, idleMs);
  const either = AbortSignal.any([signal, silence.signal]);
  const splitter = new LineSplitter();
  try {
    const chunks = await client.watch(path, query, { signal: either, metadataOnly });
    onOpen?.();
    for await (const chunk of chunks) {
      timer.refresh();
      for (const line of splitter.push(chunk)) {
        yield watchEventOf(line, path, { metadataOnly });
        either.throwIfAborted();
      }
    }
  } catch (error) {
    throw either.aborted ? either.reason : brokenOff(error, path);
  } finally {
    clearTimeout(timer);
  }
}

/** What a line says. @throws KubeError for an ERROR event, AppError WATCH_BROKEN for anything that is not an event */
export function watchEventOf(line: string, path: string, asked: Pick<WatchRequest, 'metadataOnly'> = {}): WatchEvent {
  const { type, object } = parse(line, path);
  if (type === 'ERROR') throw refusal(`watch ${path}`, 500, object);
  const resourceVersion = object?.metadata?.resourceVersion;
  const named = type === 'BOOKMARK' || typeof object?.metadata?.name === 'string';
  if (!isType(type) || typeof resourceVersion !== 'string' || !named || !isAbout(path, object ?? {}, asked))
    throw broken(path, line);
  return { type, object: object as KubeObject };
}

const isType = (type: unknown): type is WatchEvent['type'] =>
  type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED' || type === 'BOOKMARK';

function parse(line: string, path: string): { type?: unknown; object?: Partial<KubeObject> | undefined } {
  try {
    return (JSON.parse(line) as object | null) ?? {};
  } catch (cause) {
    throw broken(path, line, cause);
  }
}

/** Says how long the line was, not what it said: it may be anybody's object. */
const broken = (path: string, line: string, cause?: unknown): AppError =>
  new AppError('WATCH_BROKEN', `watch ${path}: a line of ${line.length} characters is no event`, {
    cause,
    retry: true,
  });

function brokenOff(error: unknown, path: string): unknown {
  if (error instanceof AppError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new KubeError(`watch ${path}: ${why}`, { code: 'KUBE_UNREACHABLE', cause: error });
}
