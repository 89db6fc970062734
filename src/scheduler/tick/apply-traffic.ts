import type { KubeClient } from '../../cluster/client.ts';
import { isAlreadyExists, isNotFound, isRefused, KubeError } from '../../cluster/errors.ts';
import { pathOf } from '../../cluster/kinds.ts';
import type { ChangeSource } from '../../cluster/store.ts';
import { writeChange } from '../../cluster/write-change.ts';
import { ROLE } from '../../rollout/keys.ts';
import { type KubeObject, keyOf } from '../../rollout/kube.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import type { Effect } from '../../rollout/machine/effects.ts';
import type { RouteReading, TrafficWish } from '../../rollout/machine/traffic.ts';
import type { ObjectChange } from '../../rollout/object-change.ts';
import type { TrafficObjects, TrafficProvider } from '../../traffic/provider.ts';
import type { World } from '../world/world.ts';
import { expectRecord } from './record-check.ts';
import { markRoutes } from './route-fence.ts';
import type { SourceReads } from './source-reads.ts';

export interface ApplierOptions {
  client: KubeClient;
  world: World;
  provider: TrafficProvider;
  /** The observer's own: what does not answer it is not waited for here either. */
  reads: SourceReads;
}

type Wanted = Omit<Extract<Effect, { do: 'setRoute' }>, 'do'>;

/** One attempt at an effect. */
export interface Attempt {
  /** As it was committed. */
  record: Canary;
  /** When what it was decided by was read, on the clock of `performance.now()`. */
  readAt: number;
}

const isRise = (weight: number, route: RouteReading | undefined): boolean => weight > (route?.weight ?? 0);

/** Writes routes and what else divides traffic, of any provider, and takes the answers into the world. @throws KubeError. */
export class TrafficApplier {
  readonly #client: KubeClient;
  readonly #world: World;
  readonly #provider: TrafficProvider;
  readonly #reads: SourceReads;

  constructor({ client, world, provider, reads }: ApplierOptions) {
    this.#client = client;
    this.#world = world;
    this.#provider = provider;
    this.#reads = reads;
  }

  /** A route that is another than the one that was observed is left alone. */
  async setRoute(wish: TrafficWish, { weight, version }: Wanted, attempt: Attempt): Promise<void> {
    const objects = await this.#objects(wish, version);
    const { route } = this.#provider.read(objects, wish);
    if (route?.version !== version) return;
    if (isRise(weight, route)) await expectRecord(this.#client, attempt);
    const changes = this.#provider.render(objects, wish, weight);
    if (route && weight < (route.weight ?? 100))
      return this.#fall(wish, changes, () => this.#provider.reweigh(objects, wish, weight));
    for (const change of changes) await this.#write(wish, change, 'write');
  }

  /**
   * What takes traffic back: no object waits for another. Words that the API server will not have must not keep it from going back
   * either. Whoever watches is told of that: it goes on from here.
   */
  async #fall(wish: TrafficWish, changes: readonly ObjectChange[], reweigh: () => ObjectChange[]): Promise<void> {
    try {
      await allOf(changes.map((change) => this.#write(wish, change, 'write')));
    } catch (error) {
      if (isRefused(error)) await allOf(reweigh().map((change) => this.#write(wish, change, 'watch')));
      throw error;
    }
  }

  /** @param version of the route as it was observed: one that is another by now has been written, which is all that a mark is for. */
  async markRoute(wish: TrafficWish, version: string, fence: string | undefined): Promise<void> {
    const objects = await this.#objects(wish, version);
    if (this.#provider.read(objects, wish).route?.version !== version) return;
    for (const change of markRoutes(this.#provider, objects, { wish, fence })) await this.#write(wish, change, 'write');
  }

  /** One of the prerequisites of a weight. An object of that name that is not Headgate's is left alone. */
  async change(wish: TrafficWish, change: ObjectChange): Promise<void> {
    // What is known of users' objects may be old.
    if (change.do === 'create') this.#world.traffic.forget(keyOf(wish.deployment));
    await this.#write(wish, change, 'write', ({ metadata }) => metadata.labels?.[ROLE] !== undefined);
  }

  /**
   * What there is by now, as far as it can be read: a route that is another by what is missing is not written. One that is to be
   * made must not stand beside one that could not be read. @throws AppError
   */
  async #objects(wish: TrafficWish, version: string | undefined): Promise<TrafficObjects> {
    const reading = this.#reads.begin(keyOf(wish.deployment));
    const objects = await this.#world.traffic.of(wish, reading.readPart);
    const [unknown] = reading.unknown;
    if (version !== undefined || unknown === undefined) return objects;
    throw new KubeError(`no route is made: ${unknown.source}: ${unknown.why}`, { code: 'KUBE_UNREACHABLE' });
  }

  /** One that is there already is not created, if it `mayBe` there. */
  async #write(
    { deployment }: TrafficWish,
    change: ObjectChange,
    source: ChangeSource,
    mayBe = (_present: KubeObject): boolean => true,
  ): Promise<void> {
    const { traffic } = this.#world;
    try {
      const answer = await writeChange(this.#client, change);
      if (answer === undefined) traffic.remove(change.object);
      else traffic.put(answer, source, askedOf(change));
    } catch (error) {
      if (change.do === 'delete' && isNotFound(error)) return traffic.remove(change.object);
      const isThere = isAlreadyExists(error);
      if (isThere) traffic.forget(keyOf(deployment));
      const present = isThere ? await this.#present(change) : undefined;
      if (present === undefined || !mayBe(present)) throw error;
      traffic.put(present, source);
    }
  }

  #present({ kind, object: { metadata } }: ObjectChange): Promise<KubeObject | undefined> {
    return this.#client.find(pathOf(kind, metadata.namespace, metadata.name));
  }
}

/** Waits until all have ended. @throws what the first of them threw */
async function allOf(writes: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(writes);
  await Promise.all(writes);
}

/** The spec that a change asks for, where it writes all of it. */
function askedOf(change: ObjectChange): unknown {
  if (change.do === 'create') return change.object['spec'];
  if (change.do === 'delete') return undefined;
  return change.operations.find(({ op, path }) => (op === 'add' || op === 'replace') && path === '/spec')?.value;
}
