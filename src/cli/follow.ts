import { EventEmitter, on } from 'node:events';
import type { KubeClient } from '../cluster/client.ts';
import { isForbidden, isNotFound, KubeError } from '../cluster/errors.ts';
import { KINDS } from '../cluster/kinds.ts';
import type { Canary } from '../rollout/machine/canary.ts';

export interface FollowOptions {
  client: KubeClient;
  namespace: string;
  name: string;
  /** Ends it, without an error. */
  signal: AbortSignal;
  /** The watch broke and is opened again. */
  onTrouble?: (error: unknown) => void;
}

/**
 * Every state of one Canary from now on, undefined while there is none, through whatever ends a watch.
 * @throws KubeError when the API server does not allow it
 */
export async function* follow(options: FollowOptions): AsyncGenerator<Canary | undefined> {
  const { signal } = options;
  const states = new EventEmitter();
  const reflector = await watching(options, states);
  try {
    const coming = on(states, 'state', { signal });
    reflector.start();
    for await (const [state] of coming) yield state as Canary | undefined;
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await reflector.stop();
  }
}

async function watching({ client, namespace, name, onTrouble }: FollowOptions, states: EventEmitter) {
  // Not at start: commands without a cluster are to be quick.
  const [{ Reflector }, { Store }] = await Promise.all([
    import('../cluster/reflector.ts'),
    import('../cluster/store.ts'),
  ]);
  const store = new Store<Canary>();
  store.onChange(({ type, object }) => states.emit('state', type === 'deleted' ? undefined : object));
  const reflector = new Reflector<Canary>({
    client,
    store,
    namespace,
    kind: KINDS.canaries,
    fieldSelector: `metadata.name=${name}`,
    onError: (error) => (isFinal(error) ? states.emit('error', error) : onTrouble?.(error)),
  });
  void reflector.synced.then((filled) => {
    if (filled && store.size === 0) states.emit('state', undefined);
  });
  return reflector;
}

/** Trying again does not help. */
const isFinal = (error: unknown): boolean =>
  isForbidden(error) || isNotFound(error) || (error instanceof KubeError && error.status === 401);
