import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient, KubeObject, WatchEvent } from '../api.ts';

export interface Follower {
  /** The whole truth, after each (re)connect. */
  all: (objects: readonly KubeObject[]) => void;
  present: (object: KubeObject) => void;
  gone: (object: KubeObject) => void;
}

/** Lists and watches a collection until `signal` aborts; when the watch breaks it lists again. */
export async function follow(api: ApiClient, path: string, follower: Follower, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const list = await api.get(path);
      follower.all(list['items']);
      for await (const event of api.watch(path, list.metadata.resourceVersion, signal)) {
        deliver(event, follower);
      }
    } catch {
      // The API server is away or the watch broke: the next list tells everything.
    }
    await sleep(200, undefined, { signal }).catch(() => undefined);
  }
}

function deliver({ type, object }: WatchEvent, follower: Follower): void {
  if (type === 'ERROR') throw new Error('the watch is too old');
  if (type === 'DELETED') follower.gone(object);
  else if (type !== 'BOOKMARK') follower.present(object);
}
